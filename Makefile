# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx - the verbs a human types; "make help" lists them.

KREL	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KREL)/build
DESTDIR	?=
PREFIX	?= /usr
VZCTX_TABLE ?= selftests/qemu/kernels.table
SERIES	= $(shell awk '!/^\#/ && $$2 ~ /^($(1))$$/ { print $$1 }' $(VZCTX_TABLE))
# Who names a KDIR on the command line wants that kernel booted.
OWN	:= $(if $(filter command,$(origin KDIR)),own)
KERNELS	?= $(or $(OWN),$(call SERIES,check))
ALL_KERNELS = $(if $(filter file,$(origin KERNELS)),$(or $(OWN),$(call SERIES,check|all)),$(KERNELS))
DEBUG_KERNELS = $(if $(filter file,$(origin KERNELS)),$(firstword $(call SERIES,check)),$(KERNELS))
TESTS	?=
REPEAT	?= 1
KERNEL	?= $(or $(OWN),$(firstword $(call SERIES,check)))
O	:= $(CURDIR)/build
B	:= $(O)/$(KREL)
QEMU	:= selftests/qemu

export PREFIX DESTDIR DEBUG TESTING WERROR REPEAT KERNEL_IMAGE
export VZCTX_KDIR := $(if $(OWN),$(abspath $(KDIR)))

all: module tools ## build the module and the tools

# Objects stay out of the sources: the kernel's build sees a tree of links.
farm: check-config
	@mkdir -p $(B)
	@cp -rsfu $(CURDIR)/Kbuild $(CURDIR)/kmod $(CURDIR)/include $(B)/
	@find $(B) -xtype l -delete
	@stamp="$$(stat -c %Y $(KDIR)/Module.symvers) $(KDIR)"; \
	if [ "$$stamp" != "$$(cat $(B)/.kdir 2>/dev/null)" ]; then \
		find $(B) -type f -delete; \
		echo "$$stamp" >$(B)/.kdir; \
	fi

module: farm ## build build/KREL/vzctx.ko for KREL, or for the headers in KDIR
	$(MAKE) -C $(KDIR) M=$(B) W=1 modules

# Headers since 7.0 use an operator that sparse does not know, and take the length of
# a string for a constant, which it does not.
sparse: farm ## check the module with sparse
	$(MAKE) -C $(KDIR) M=$(B) W=1 C=2 CF="-D__CHECK_ENDIAN__ -D__typeof_unqual__=__typeof__ -D__builtin_strlen=-1+sizeof -Wsparse-error" modules

tools: ## build build/tools/
	$(MAKE) -C tools O=$(O)/tools

# A test is linked with the tool's objects, and two makes must not build those at once.
tests: tools ## build build/selftests/
	$(MAKE) -C selftests O=$(O)/selftests

install: all ## install the module for KREL and the tools, below DESTDIR
	install -D -m 644 $(B)/vzctx.ko $(DESTDIR)/lib/modules/$(KREL)/updates/vzctx.ko
	$(if $(DESTDIR),,depmod $(KREL))
	$(MAKE) -C tools O=$(O)/tools install

uninstall: ## undo install
	rm -f $(DESTDIR)/lib/modules/$(KREL)/updates/vzctx.ko
	$(if $(DESTDIR),,depmod $(KREL))
	$(MAKE) -C tools O=$(O)/tools uninstall

check: ## model, static checks, and TESTS (default: all) in guests under KERNELS, or the kernel of KDIR
	selftests/check "$(KERNELS)" "$(TESTS)"

check-all: ## the same, and every program under every kernel there is
	EVERY=1 selftests/check "$(ALL_KERNELS)" "$(TESTS)"

check-debug: ## the same under debug kernels built from source (default: the first)
	$(QEMU)/check "$(addsuffix -debug,$(patsubst %-debug,%,$(DEBUG_KERNELS)))" "$(TESTS)"

torture: ## a million mixed operations in a guest under KERNELS, ten minutes and more for each
	selftests/torture "$(KERNELS)"

model: ## test the beancounter arithmetic against a model, in user space
	$(MAKE) -C selftests/model run O=$(O)/model

static: ## check the sources: style, known faults, the rules of the house, man pages; with KDIRS sparse too
	selftests/static/check

bench: ## what containers cost, beside other runtimes, in instructions, under KERNELS; ROWS= chooses
	ROWS="$(ROWS)" SMP="$(SMP)" selftests/bench/bench $(KERNELS)

bench-hooks: ## what the hooks cost, in instructions, under KERNELS
	selftests/bench/hooks $(KERNELS)

shell: ## a shell in a guest with the module at hand, KERNEL=SERIES
	$(QEMU)/prepare $(KERNEL)
	$(QEMU)/run --kernel $(KERNEL) --shell

template-build: ## build a Debian template for real and look at it, some minutes
	selftests/template/template_build

demo: ## show a container and its limits in a throwaway guest
	$(QEMU)/demo

# The kernel must have what the module is built on; say so before the compiler does.
check-config:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(KREL) or set KDIR" >&2; exit 1; }
	@missing=; for o in $$(sed -n '/^$$/q; s/^CONFIG_\([A-Z0-9_]*\)=y$$/\1/p' selftests/config); do \
		grep -qx "CONFIG_$$o=y" $(KDIR)/.config $(KDIR)/include/config/auto.conf 2>/dev/null || \
			missing="$$missing CONFIG_$$o"; \
	done; test -z "$$missing" || { \
		echo "the kernel of $(KDIR) lacks:$$missing" >&2; exit 1; }

clean: ## remove what was built
	rm -rf $(O)

distclean: clean ## also remove the kernels and disks the test bench fetched
	$(QEMU)/forget

help: ## print this
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@printf '\n%s\n' "Variables: KREL, KDIR, KERNEL_IMAGE, DESTDIR, PREFIX, DEBUG=1, WERROR=1, KERNELS, TESTS, REPEAT, KERNEL, KDIRS, ROWS, SMP=1"

.PHONY: all farm module sparse tools tests install uninstall check check-all check-debug torture model \
	static bench bench-hooks template-build shell demo check-config clean distclean help
