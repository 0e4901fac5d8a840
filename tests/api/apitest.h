/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of the public calls share.  They see the public header only.
 *
 * A case runs on a simulated host with a store in a scratch directory.  `conn`
 * is the connection under test; `eye` is a second one to the same host and
 * store, without faults, that looks at what came of a call.  Domains that come
 * from here, strings of api_text and what api_own got live until the end of
 * the case.
 */
#ifndef APITEST_H
#define APITEST_H

#include <vcpuconf/vcpuconf.h>

#include "../unit/vc_check.h"

#define LIVE VIR_DOMAIN_AFFECT_LIVE
#define CONFIG VIR_DOMAIN_AFFECT_CONFIG
#define MAXIMUM VIR_DOMAIN_VCPU_MAXIMUM
#define GUEST VIR_DOMAIN_VCPU_GUEST

extern char *api_dir;
extern virConnectPtr conn;
extern virConnectPtr eye;

/* Fixture: a host in memory of 8 CPUs. */
void api_setup(void);
void api_teardown(void);
/* A new host in memory: `shape` are URI parameters of both connections ("" or
 * "cpus=4"), `faults` those of conn only. */
void api_host(const char *shape, const char *faults);
/* Closes all connections and domain handles of the case. */
void api_close(void);
/* Opens conn anew with those parameters; the host stays. */
void api_reopen(const char *params);
/* One more connection, closed at the end; `host` NULL: in memory. */
virConnectPtr api_connect(const char *host, const char *params);
char *api_uri(const char *host, const char *params);

/* Suites of one test case. */
Suite *api_suite(const char *name, TCase **ret_tcase);

/* Until the end of the case. */
char *api_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *api_own(char *text);
virDomainPtr api_own_domain(virDomainPtr dom);

/* The UUID that belongs to a name here, as text. */
const char *api_uuid(const char *name);
/* A document with that text between <uuid> and <devices>. */
const char *api_document(const char *name, const char *vcpu);
virDomainPtr api_define(const char *name, const char *vcpu);
virDomainPtr api_start(const char *name, const char *vcpu);
/* The same domain by another connection. */
virDomainPtr api_by(virConnectPtr connection, virDomainPtr dom);

/* vCPUs as text, "0-1,4" or "": the map of virDomainGetVCPUMap. */
const char *api_vcpus(virDomainPtr dom, unsigned flags);
/* CPUs of one vCPU as text, from virDomainGetVcpuPinInfo. */
const char *api_cpus(virDomainPtr dom, unsigned vcpu, unsigned flags);
const char *api_bits(const unsigned char *map, unsigned n);
const char *api_pins(virDomainPtr dom);
const char *api_xml(virDomainPtr dom, unsigned flags);
int api_revisions(virDomainPtr dom);
/* The stored document is one that can be stored. */
void api_check_importable(virDomainPtr dom);

/* All that can be seen of the host and the store, as text. */
const char *api_look(void);

/* The last error is that of the call; `text` with '=' in front must be its
 * message (without heading), else it must be in it. */
void api_check_error(const char *call, int code, const char *text);

#define OK(call)                                                               \
    ck_assert_msg((call) >= 0, "%s: %s", #call, virGetLastErrorMessage())

/* The call fails that way, whatever it did. */
#define FAILS(call, code, text)                                                \
    do {                                                                       \
        ck_assert_msg((call) == -1, "not refused: %s", #call);                 \
        api_check_error(#call, code, text);                                    \
    } while (0)

/* The call fails that way and changes nothing. */
#define REFUSED(call, code, text)                                              \
    do {                                                                       \
        const char *before_ = api_look();                                      \
        FAILS(call, code, text);                                               \
        ck_assert_str_eq(before_, api_look());                                 \
    } while (0)
#define REFUSED_PTR(call, code, text)                                          \
    REFUSED((call) ? 0 : -1, code, text)

#endif
