/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits as data: a document, what it is to say, the document after. */
#include <stdio.h>
#include <string.h>

#include "vc_check.h"
#include "xml_test.h"

#define UUID "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>"
#define HEAD "<domain type='kvm'>\n  <name>n</name>\n  " UUID "\n"
#define TAIL "</domain>\n"
#define LINE "<domain><name>n</name>" UUID

static const struct edit {
    const char *what;
    const char *before;
    const char *request;
    const char *after;
    bool undone; /* undoing it gives the same bytes again */
} edits[] = {
    {"nothing to do", HEAD "  <vcpu  current = \"01\" >04</vcpu>\n" TAIL, "",
     HEAD "  <vcpu  current = \"01\" >04</vcpu>\n" TAIL, true},
    {"current is added", HEAD "  <vcpu placement='static'>4</vcpu>\n" TAIL,
     "online=0-1 hot=2-3",
     HEAD "  <vcpu placement='static' current='2'>4</vcpu>\n" TAIL, false},
    {"current is changed",
     HEAD "  <vcpu current = \"2\" cpuset='1'>4</vcpu>\n" TAIL,
     "online=0-2 hot=3",
     HEAD "  <vcpu current = \"3\" cpuset='1'>4</vcpu>\n" TAIL, true},
    {"current becomes the maximum", HEAD "  <vcpu current='2'>4</vcpu>\n" TAIL,
     "online=0-3 hot=none", HEAD "  <vcpu current='4'>4</vcpu>\n" TAIL, true},
    {"attributes go behind the last, in its quotes",
     LINE "<vcpu placement=\"static\" >2</vcpu>" TAIL, "online=0 hot=1",
     LINE "<vcpu placement=\"static\" current=\"1\" >2</vcpu>" TAIL, false},
    {"the document's quotes where there are none",
     "<domain type=\"kvm\"><name>n</name>" UUID "<vcpu>2</vcpu></domain>",
     "online=0 hot=1",
     "<domain type=\"kvm\"><name>n</name>" UUID
     "<vcpu current=\"1\">2</vcpu></domain>",
     false},
    {"maximum is changed", HEAD "  <vcpu>2</vcpu>\n" TAIL,
     "max=4 online=0-1 hot=2-3", HEAD "  <vcpu current='2'>4</vcpu>\n" TAIL,
     false},
    {"comments in a number stay",
     LINE "<vcpu><!-- a -->1<!-- b -->6<?c?></vcpu>" TAIL, "max=8 online=0-7",
     LINE "<vcpu><!-- a -->8<!-- b --><?c?></vcpu>" TAIL, false},
    {"a comment that begins with > stays", LINE "<vcpu>1<!-->-->6</vcpu>" TAIL,
     "max=8 online=0-7", LINE "<vcpu>8<!-->--></vcpu>" TAIL, false},
    {"CDATA is replaced", LINE "<vcpu><![CDATA[1]]>6</vcpu>" TAIL,
     "max=8 online=0-7", LINE "<vcpu>8</vcpu>" TAIL, false},
    {"no vcpu: one comes behind the uuid", HEAD "  <memory>1</memory>\n" TAIL,
     "max=2 hot=1",
     HEAD "  <vcpu current='1'>2</vcpu>\n  <memory>1</memory>\n" TAIL, false},
    {"no vcpu: behind the name if that is last",
     "<domain>\n\t" UUID "\n\t<name>n</name>\n</domain>", "max=2 online=0-1",
     "<domain>\n\t" UUID "\n\t<name>n</name>\n\t<vcpu>2</vcpu>\n</domain>",
     false},
    {"default set is added", HEAD "  <vcpu>2</vcpu>\n" TAIL, "default=0-3,8",
     HEAD "  <vcpu cpuset='0-3,8'>2</vcpu>\n" TAIL, true},
    {"default set is changed",
     LINE "<vcpu cpuset='1,2,3' current='2'>2</vcpu>" TAIL, "default=4",
     LINE "<vcpu cpuset='4' current='2'>2</vcpu>" TAIL, false},
    {"default set goes", LINE "<vcpu  cpuset='1' current='2'>2</vcpu>" TAIL,
     "default=none", LINE "<vcpu current='2'>2</vcpu>" TAIL, false},
    {"default set ends placement auto",
     LINE "<vcpu placement='auto' cpuset='1'>2</vcpu>" TAIL, "default=4",
     LINE "<vcpu placement='static' cpuset='4'>2</vcpu>" TAIL, false},
    {"no vcpu but a default set", LINE TAIL, "default=4",
     LINE "<vcpu cpuset='4'>1</vcpu>" TAIL, false},

    {"first pin brings cputune", HEAD "  <vcpu>2</vcpu>\n  <os/>\n" TAIL,
     "pin:1=3,1-2",
     HEAD "  <vcpu>2</vcpu>\n  <cputune>\n    <vcpupin vcpu='1' "
          "cpuset='1-3'/>\n  </cputune>\n"
          "  <os/>\n" TAIL,
     true},
    {"first pin behind vcpus",
     HEAD "  <vcpu>1</vcpu>\n  <vcpus>\n  </vcpus>\n" TAIL, "pin:0=3",
     HEAD "  <vcpu>1</vcpu>\n  <vcpus>\n  </vcpus>\n  <cputune>\n"
          "    <vcpupin vcpu='0' cpuset='3'/>\n  </cputune>\n" TAIL,
     true},
    {"first pin without vcpu", HEAD TAIL, "pin:0=3",
     HEAD
     "  <cputune>\n    <vcpupin vcpu='0' cpuset='3'/>\n  </cputune>\n" TAIL,
     true},
    {"first pin on one line", LINE "<vcpu>2</vcpu>" TAIL, "pin:1=3",
     LINE
     "<vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='3'/></cputune>" TAIL,
     true},
    {"first pin with tabs and CRLF",
     "<domain>\r\n\t<name>n</name>\r\n\t" UUID
     "\r\n\r\n\t<vcpu>2</vcpu>\r\n</domain>\r\n",
     "pin:1=3",
     "<domain>\r\n\t<name>n</name>\r\n\t" UUID
     "\r\n\r\n\t<vcpu>2</vcpu>\r\n\t<cputune>\r\n"
     "\t\t<vcpupin vcpu='1' cpuset='3'/>\r\n\t</cputune>\r\n</domain>\r\n",
     true},
    {"indented as a whole",
     "<?xml version='1.0'?>\n  <domain>\n     <name>n</name>\n     " UUID
     "\n     <vcpu>2</vcpu>\n  </domain>",
     "pin:1=3",
     "<?xml version='1.0'?>\n  <domain>\n     <name>n</name>\n     " UUID
     "\n     <vcpu>2</vcpu>\n"
     "     <cputune>\n        <vcpupin vcpu='1' cpuset='3'/>\n     "
     "</cputune>\n  </domain>",
     true},
    {"pin is changed in place",
     HEAD "  <vcpu>2</vcpu>\n  <cputune><vcpupin cpuset=\"1\" "
          "vcpu=\"01\"></vcpupin></cputune>" TAIL,
     "pin:1=3-4",
     HEAD "  <vcpu>2</vcpu>\n  <cputune><vcpupin cpuset=\"3-4\" "
          "vcpu=\"01\"></vcpupin></cputune>" TAIL,
     true},
    {"new pins go in the order of ids",
     HEAD "  <vcpu>9</vcpu>\n  <cputune>\n   <shares>1</shares>\n\n\n   "
          "<vcpupin vcpu=\"2\" cpuset=\"0\"/>\n"
          "   <!-- c -->\n   <vcpupin vcpu=\"5\" cpuset=\"0\"/>\n  "
          "</cputune>\n" TAIL,
     "pin:0=1 pin:1=2 pin:3=4 pin:4=5 pin:8=6",
     HEAD "  <vcpu>9</vcpu>\n  <cputune>\n   <shares>1</shares>\n   <vcpupin "
          "vcpu=\"0\" cpuset=\"1\"/>\n"
          "   <vcpupin vcpu=\"1\" cpuset=\"2\"/>\n\n\n   <vcpupin vcpu=\"2\" "
          "cpuset=\"0\"/>\n"
          "   <vcpupin vcpu=\"3\" cpuset=\"4\"/>\n   <vcpupin vcpu=\"4\" "
          "cpuset=\"5\"/>\n"
          "   <!-- c -->\n   <vcpupin vcpu=\"5\" cpuset=\"0\"/>\n"
          "   <vcpupin vcpu=\"8\" cpuset=\"6\"/>\n  </cputune>\n" TAIL,
     true},
    {"rows out of order keep theirs",
     LINE "<vcpu>4</vcpu><cputune><vcpupin vcpu='3' cpuset='1'/> "
          "<vcpupin vcpu='0' cpuset='1'/></cputune>" TAIL,
     "pin:2=2 pin:1=2",
     LINE "<vcpu>4</vcpu><cputune><vcpupin vcpu='3' cpuset='1'/> <vcpupin "
          "vcpu='0' cpuset='1'/> "
          "<vcpupin vcpu='1' cpuset='2'/> <vcpupin vcpu='2' "
          "cpuset='2'/></cputune>" TAIL,
     true},
    {"first pin of a cputune with other rows",
     HEAD "  <vcpu>2</vcpu>\n  <cputune a='1'>\n\t<shares>1</shares>\n  "
          "</cputune>\n" TAIL,
     "pin:0=3",
     HEAD "  <vcpu>2</vcpu>\n  <cputune a='1'>\n\t<vcpupin vcpu='0' "
          "cpuset='3'/>\n\t<shares>1</shares>\n"
          "  </cputune>\n" TAIL,
     true},
    {"self-closing cputune is opened", HEAD "  <cputune a=\"1\" />\n" TAIL,
     "pin:0=3",
     HEAD "  <cputune a=\"1\" >\n    <vcpupin vcpu=\"0\" cpuset=\"3\"/>\n  "
          "</cputune>\n" TAIL,
     false},
    {"empty cputune is filled", HEAD "  <cputune></cputune>\n" TAIL, "pin:0=3",
     HEAD
     "  <cputune>\n    <vcpupin vcpu='0' cpuset='3'/>\n  </cputune>\n" TAIL,
     false},
    {"blank cputune is filled", HEAD "  <cputune>\n  </cputune>\n" TAIL,
     "pin:0=3",
     HEAD
     "  <cputune>\n    <vcpupin vcpu='0' cpuset='3'/>\n  </cputune>\n" TAIL,
     false},
    {"one of two pins goes",
     LINE "<vcpu>2</vcpu>\n<cputune>\n <vcpupin vcpu='0' cpuset='1'/>\n "
          "<vcpupin vcpu='1' cpuset='1'/>\n"
          "</cputune>" TAIL,
     "unpin:0",
     LINE "<vcpu>2</vcpu>\n<cputune>\n <vcpupin vcpu='1' "
          "cpuset='1'/>\n</cputune>" TAIL,
     true},
    {"cputune goes with its last pin",
     HEAD "  <vcpu>2</vcpu>\n\n  <cputune>\n    <vcpupin vcpu='0' "
          "cpuset='1'/>\n  </cputune>\n" TAIL,
     "unpin:0", HEAD "  <vcpu>2</vcpu>\n" TAIL, false},
    {"cputune with an attribute stays",
     LINE "<cputune a='1'> <vcpupin vcpu='0' cpuset='1'/> </cputune>" TAIL,
     "unpin:0", LINE "<cputune a='1'> </cputune>" TAIL, false},
    {"cputune with a comment stays",
     LINE "<cputune><!-- c --><vcpupin vcpu='0' cpuset='1'/></cputune>" TAIL,
     "unpin:0", LINE "<cputune><!-- c --></cputune>" TAIL, false},
    {"one pin goes and another comes",
     LINE "<vcpu>2</vcpu>\n<cputune>\n <vcpupin vcpu='0' "
          "cpuset='1'/>\n</cputune>" TAIL,
     "unpin:0 pin:1=2",
     LINE "<vcpu>2</vcpu>\n<cputune>\n <vcpupin vcpu='1' "
          "cpuset='2'/>\n</cputune>" TAIL,
     true},
    {"stray pins stay",
     LINE
     "<vcpu>2</vcpu><cputune><vcpupin vcpu='7' cpuset='1'/></cputune>" TAIL,
     "pin:0=2",
     LINE "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin "
          "vcpu='7' cpuset='1'/></cputune>" TAIL,
     true},
    {"a lower maximum drops pins, strays stay",
     LINE "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin "
          "vcpu='3' cpuset='1'/>"
          "<vcpupin vcpu='7' cpuset='1'/></cputune>" TAIL,
     "max=2 online=0-1 unpin:3",
     LINE "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin "
          "vcpu='7' cpuset='1'/></cputune>" TAIL,
     true},

    {"a sparse set brings vcpus",
     HEAD "  <vcpu placement='static'>3</vcpu>\n" TAIL, "online=0,2 hot=1",
     HEAD
     "  <vcpu placement='static' current='2'>3</vcpu>\n  <vcpus>\n"
     "    <vcpu id='0' enabled='yes' hotpluggable='no'/>\n"
     "    <vcpu id='1' enabled='no' hotpluggable='yes'/>\n"
     "    <vcpu id='2' enabled='yes' hotpluggable='no'/>\n  </vcpus>\n" TAIL,
     false},
    {"hotpluggable vCPUs bring vcpus, behind them cputune",
     HEAD "  <vcpu>2</vcpu>\n" TAIL, "hot=1 pin:0=1",
     HEAD "  <vcpu>2</vcpu>\n  <vcpus>\n    <vcpu id='0' enabled='yes' "
          "hotpluggable='no'/>\n"
          "    <vcpu id='1' enabled='yes' hotpluggable='yes'/>\n  </vcpus>\n  "
          "<cputune>\n"
          "    <vcpupin vcpu='0' cpuset='1'/>\n  </cputune>\n" TAIL,
     false},
    {"vcpu, vcpus and cputune all come", LINE TAIL,
     "max=2 online=1 hot=0 pin:1=1",
     LINE "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='no' "
          "hotpluggable='yes'/>"
          "<vcpu id='1' enabled='yes' hotpluggable='no'/></vcpus>"
          "<cputune><vcpupin vcpu='1' cpuset='1'/></cputune>" TAIL,
     false},
    {"self-closing vcpus is opened", HEAD "  <vcpu>2</vcpu>\n  <vcpus/>\n" TAIL,
     "online=1 hot=0",
     HEAD
     "  <vcpu current='1'>2</vcpu>\n  <vcpus>\n"
     "    <vcpu id='0' enabled='no' hotpluggable='yes'/>\n"
     "    <vcpu id='1' enabled='yes' hotpluggable='no'/>\n  </vcpus>\n" TAIL,
     false},
    {"rows are switched and lose their order",
     LINE "<vcpu current='2'>3</vcpu><vcpus><vcpu id='0' enabled='yes' "
          "hotpluggable='no' order='1'/>"
          "<vcpu order='2' id='1' enabled='yes' hotpluggable='no'/><vcpu "
          "id='2' enabled='no'/></vcpus>" TAIL,
     "online=0,2 hot=1",
     LINE "<vcpu current='2'>3</vcpu><vcpus><vcpu id='0' enabled='yes' "
          "hotpluggable='no'/>"
          "<vcpu id='1' enabled='no' hotpluggable='yes'/><vcpu id='2' "
          "enabled='yes'/></vcpus>" TAIL,
     false},
    {"rows off and on again",
     HEAD
     "  <vcpu current='2'>2</vcpu>\n  <vcpus>\n    <vcpu id='0' enabled='yes' "
     "hotpluggable='no'/>\n"
     "    <vcpu id='1' enabled='yes' hotpluggable='yes'/>\n  </vcpus>\n" TAIL,
     "online=0",
     HEAD
     "  <vcpu current='1'>2</vcpu>\n  <vcpus>\n    <vcpu id='0' enabled='yes' "
     "hotpluggable='no'/>\n"
     "    <vcpu id='1' enabled='no' hotpluggable='yes'/>\n  </vcpus>\n" TAIL,
     true},
    {"hotpluggable is said where the default is another",
     LINE "<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' "
          "enabled='no'/></vcpus>" TAIL,
     "online=0-1 hot=1",
     LINE "<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes'/>"
          "<vcpu id='1' enabled='yes' hotpluggable='yes'/></vcpus>" TAIL,
     false},
    {"orders stay while the online set does",
     LINE
     "<vcpu>1</vcpu><vcpus><vcpu id='0' enabled='yes' order='1'/></vcpus>" TAIL,
     "hot=0",
     LINE "<vcpu>1</vcpu><vcpus><vcpu id='0' enabled='yes' order='1' "
          "hotpluggable='yes'/></vcpus>" TAIL,
     false},
    {"missing rows come where they are needed",
     LINE "<vcpu current='1'>5</vcpu>\n<vcpus>\n <vcpu id=\"1\" "
          "enabled=\"yes\"/>\n</vcpus>" TAIL,
     "online=0-1,3 hot=2-4",
     LINE "<vcpu current='3'>5</vcpu>\n<vcpus>\n <vcpu id=\"0\" "
          "enabled=\"yes\" hotpluggable=\"no\"/>\n"
          " <vcpu id=\"1\" enabled=\"yes\"/>\n <vcpu id=\"3\" enabled=\"yes\" "
          "hotpluggable=\"yes\"/>\n"
          "</vcpus>" TAIL,
     false},
    {"rows beyond the maximum go",
     LINE "<vcpu current='2'>3</vcpu>\n<vcpus>\n <vcpu id='0' "
          "enabled='yes'/>\n <vcpu id='1' enabled='no'/>\n"
          " <vcpu id='2' enabled='yes'/>\n</vcpus>" TAIL,
     "max=1 online=0 hot=none",
     LINE "<vcpu current='1'>1</vcpu>\n<vcpus>\n <vcpu id='0' "
          "enabled='yes'/>\n</vcpus>" TAIL,
     false},
    {"all rows are replaced",
     LINE "<vcpu current='1'>3</vcpu>\n<vcpus>\n <vcpu id='2' "
          "enabled='yes'/>\n</vcpus>" TAIL,
     "max=2 online=1 hot=0",
     LINE "<vcpu current='1'>2</vcpu>\n<vcpus>\n <vcpu id='1' enabled='yes' "
          "hotpluggable='no'/>\n</vcpus>" TAIL,
     false},
    {"a higher maximum needs no rows",
     LINE "<vcpu>1</vcpu><vcpus><vcpu id='0' enabled='yes'/></vcpus>" TAIL,
     "max=3 hot=1-2",
     LINE "<vcpu current='1'>3</vcpu><vcpus><vcpu id='0' "
          "enabled='yes'/></vcpus>" TAIL,
     false},
    {"attributes of a prefix are not the ones",
     "\xef\xbb\xbf<domain xmlns:q='urn:q'><name>n</name>" UUID
     "<q:vcpu q:current='7'>9</q:vcpu>"
     "<!-- \xc3\xa4 --><vcpu "
     "q:current='8'>2</vcpu><metadata><vcpu>3</vcpu></metadata></domain>",
     "online=0 hot=1 pin:0=1",
     "\xef\xbb\xbf<domain xmlns:q='urn:q'><name>n</name>" UUID
     "<q:vcpu q:current='7'>9</q:vcpu>"
     "<!-- \xc3\xa4 --><vcpu q:current='8' current='1'>2</vcpu>"
     "<cputune><vcpupin vcpu='0' "
     "cpuset='1'/></cputune><metadata><vcpu>3</vcpu></metadata></domain>",
     false},
};

/* Reads it, changes what it says, edits it.  Returns owned. */
static char *edit(const struct edit *c, const char *before, const char *request,
                  struct vc_vcpudef *ret_was)
{
    VC_DOMDEF_AUTO dom = {0};
    VC_VCPUDEF_AUTO want = {0};
    struct vc_error err;
    char *after;
    size_t len;

    ck_assert_msg(vc_xml_read(before, strlen(before), &dom, &err) == 0,
                  "%s: %s", c->what, err.text);
    ck_assert_int_eq(vc_vcpudef_copy(&want, &dom.vcpu, &err), 0);
    test_request(&want, request);
    ck_assert_msg(
        vc_xml_edit(before, strlen(before), &want, &after, &len, &err) == 0,
        "%s: %s", c->what, err.text);
    ck_assert_uint_eq(len, strlen(after));
    vc_vcpudef_move(ret_was, &dom.vcpu);
    return after;
}

START_TEST(an_edit_changes_what_it_must)
{
    const struct edit *c = &edits[_i];
    VC_VCPUDEF_AUTO was = {0};
    VC_DOMDEF_AUTO again = {0};
    VC_AUTO_STR char *after = NULL;
    VC_AUTO_STR char *back = NULL;
    struct vc_error err;
    size_t len;

    test_use_schema();
    after = edit(c, c->before, c->request, &was);
    ck_assert_msg(strcmp(after, c->after) == 0, "%s:\n%s", c->what, after);
    ck_assert_msg(vc_xml_import(after, strlen(after), &again, &err) == 0, "%s",
                  err.text);
    ck_assert_int_eq(vc_xml_edit(after, strlen(after), &was, &back, &len, &err),
                     0);
    ck_assert_msg((strcmp(back, c->before) == 0) == c->undone,
                  "%s: undone:\n%s", c->what, back);
}
END_TEST

/* What is left of a cputune when a pin has come and gone. */
START_TEST(pin_and_unpin_leave_what_means_the_same)
{
    static const struct {
        const char *before;
        const char *after;
    } cases[] = {
        {HEAD TAIL, HEAD TAIL},
        {LINE TAIL, LINE TAIL},
        {HEAD "  <cputune>\n    <shares>1</shares>\n  </cputune>\n" TAIL,
         HEAD "  <cputune>\n    <shares>1</shares>\n  </cputune>\n" TAIL},
        {LINE "<cputune a='1'></cputune>" TAIL,
         LINE "<cputune a='1'></cputune>" TAIL},
        {LINE "<cputune a='1'/>" TAIL, LINE "<cputune a='1'></cputune>" TAIL},
        {HEAD "  <cputune/>\n" TAIL, HEAD TAIL},
        {LINE "<cputune></cputune>" TAIL, LINE TAIL},
    };
    size_t i;

    for (i = 0; i < VC_NELEMS(cases); i++) {
        const struct edit c = {.what = cases[i].before};
        VC_VCPUDEF_AUTO was = {0};
        VC_AUTO_STR char *pinned = edit(&c, cases[i].before, "pin:0=3", &was);
        VC_AUTO_STR char *back = edit(&c, pinned, "unpin:0", &was);

        ck_assert_str_eq(back, cases[i].after);
    }
}
END_TEST

/* Small steps in any order: each must read back (vc_xml_edit looks), pass the
 * schema, and change nothing outside the understood elements. */
START_TEST(random_walks_read_back)
{
    static const char start[] =
        HEAD "  <!-- a --><vcpu>4</vcpu>\n  "
             "<metadata><vcpu>9</vcpu></metadata>\n" TAIL;
    VC_AUTO_STR char *doc = strdup(start);
    VC_VCPUDEF_AUTO was = {0};
    unsigned seed = (unsigned)_i * 7919 + 1;
    unsigned step;

    test_use_schema();
    for (step = 0; step < 60; step++) {
        const struct edit c = {.what = "walk"};
        VC_VCPUDEF_AUTO want = {0};
        VC_CPUSET_AUTO cpus = {0};
        VC_DOMDEF_AUTO dom = {0};
        VC_AUTO_STR char *next = NULL;
        struct vc_error err;
        size_t len;
        unsigned a = (unsigned)rand_r(&seed) % 9;
        unsigned b = (unsigned)rand_r(&seed) % 16;

        free(edit(&c, doc, "", &want));
        ck_assert_int_eq(vc_cpuset_add(&cpus, b, b + a, &err), 0);
        switch (rand_r(&seed) % 6) {
        case 0:
            ck_assert_int_eq(vc_vcpudef_set_pin(&want, b, &cpus, &err), 0);
            break;
        case 1:
            vc_vcpudef_drop_pin(&want, b);
            break;
        case 2: /* the count */
            ck_assert_int_eq(
                vc_vcpudef_init_counts(&was, b + 1, a % (b + 1) + 1, &err), 0);
            want.maximum = was.maximum;
            vc_cpuset_move(&want.online, &was.online);
            vc_cpuset_move(&want.hotpluggable, &was.hotpluggable);
            break;
        case 3: /* one vCPU on */
            ck_assert_int_eq(vc_cpuset_add(&want.online, b % want.maximum,
                                           b % want.maximum, &err),
                             0);
            break;
        case 4: /* one vCPU off */
            if (vc_cpuset_count(&want.online) == 1)
                break;
            ck_assert_int_eq(vc_cpuset_remove(&want.online, b % want.maximum,
                                              b % want.maximum, &err),
                             0);
            ck_assert_int_eq(vc_cpuset_add(&want.hotpluggable, b % want.maximum,
                                           b % want.maximum, &err),
                             0);
            break;
        default:
            vc_cpuset_move(&want.default_set, &cpus);
        }
        ck_assert_msg(vc_xml_edit(doc, strlen(doc), &want, &next, &len, &err) ==
                          0,
                      "%s\n%s", err.text, doc);
        ck_assert_msg(vc_xml_import(next, len, &dom, &err) == 0, "%s\n%s",
                      err.text, next);
        ck_assert(vc_vcpudef_equal(&dom.vcpu, &want));
        ck_assert(strncmp(next, HEAD "  <!-- a --><vcpu",
                          strlen(HEAD "  <!-- a --><vcpu")) == 0);
        ck_assert_ptr_nonnull(
            strstr(next, "\n  <metadata><vcpu>9</vcpu></metadata>\n" TAIL));
        free(doc);
        doc = VC_STEAL(next);
    }
}
END_TEST

START_TEST(a_definition_that_cannot_be_is_refused)
{
    static const char doc[] = LINE "<vcpu>2</vcpu>" TAIL;
    VC_VCPUDEF_AUTO want = {0};
    VC_AUTO_STR char *after = NULL;
    struct vc_error err;
    size_t len;

    ck_assert_int_eq(vc_vcpudef_init_counts(&want, 2, 1, &err), 0);
    vc_cpuset_clear(&want.hotpluggable);
    ck_assert_int_eq(vc_xml_edit(doc, strlen(doc), &want, &after, &len, &err),
                     -1);
    ck_assert_ptr_null(after);
}
END_TEST

START_TEST(a_document_that_grows_too_big_is_refused)
{
    VC_AUTO_STR char *doc = malloc(VC_XML_SIZE_MAX);
    VC_AUTO_STR char *after = NULL;
    VC_VCPUDEF_AUTO want = {0};
    struct vc_error err;
    size_t len;

    memset(doc, '\n', VC_XML_SIZE_MAX);
    memcpy(doc, LINE "</domain>", strlen(LINE "</domain>"));
    ck_assert_int_eq(vc_vcpudef_init_counts(&want, 2, 2, &err), 0);
    ck_assert_int_eq(
        vc_xml_edit(doc, VC_XML_SIZE_MAX, &want, &after, &len, &err), -1);
    ck_assert_int_eq(err.code, VC_ERR_XML_ERROR);
    ck_assert_ptr_nonnull(strstr(err.text, "too big"));
}
END_TEST

START_TEST(a_minimal_document_says_the_definition)
{
    static const unsigned char uuid[VC_UUID_LEN] = {0x12, 0x34};
    VC_VCPUDEF_AUTO def = {0};
    VC_DOMDEF_AUTO dom = {0};
    VC_AUTO_STR char *doc = NULL;
    struct vc_error err;
    size_t len;

    test_use_schema();
    ck_assert_int_eq(vc_vcpudef_init_counts(&def, 4, 2, &err), 0);
    test_request(&def, "pin:1=2-3");
    ck_assert_int_eq(vc_xml_minimal("a<&>'b", uuid, &def, &doc, &len, &err), 0);
    ck_assert_str_eq(
        doc, "<domain>\n  <name>a&lt;&amp;&gt;'b</name>\n"
             "  <uuid>12340000-0000-0000-0000-000000000000</uuid>\n"
             "  <vcpu current='2'>4</vcpu>\n  <cputune>\n"
             "    <vcpupin vcpu='1' cpuset='2-3'/>\n  </cputune>\n</domain>\n");
    ck_assert_int_eq(vc_xml_import(doc, len, &dom, &err), 0);
    ck_assert_str_eq(dom.name, "a<&>'b");
    ck_assert(vc_vcpudef_equal(&dom.vcpu, &def));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xml edit");
    TCase *tc = tcase_create("edits");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, an_edit_changes_what_it_must, 0,
                        (int)VC_NELEMS(edits));
    tcase_add_test(tc, pin_and_unpin_leave_what_means_the_same);
    tcase_add_loop_test(tc, random_walks_read_back, 0, 20);
    tcase_add_test(tc, a_definition_that_cannot_be_is_refused);
    tcase_add_test(tc, a_document_that_grows_too_big_is_refused);
    tcase_add_test(tc, a_minimal_document_says_the_definition);
    suite_add_tcase(suite, tc);
    return suite;
}

VC_TEST_MAIN(make_suite)
