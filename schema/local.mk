# SPDX-License-Identifier: LGPL-2.1-or-later
schemadir = $(pkgdatadir)/schema
schema_DATA = \
	schema/domain.rng \
	$(NULL)
EXTRA_DIST += \
	schema/domain.rng \
	$(NULL)
