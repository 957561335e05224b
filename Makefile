# make help lists what there is; README.md and CONTRIBUTING.md say more.
SWIFT    ?= swift
PREFIX   ?= /usr
DESTDIR  ?=
SBINDIR  ?= $(PREFIX)/sbin
UNITDIR  ?= $(PREFIX)/lib/systemd/system
DOCDIR   ?= $(PREFIX)/share/doc/amtguard
ZSHDIR   ?= $(PREFIX)/share/zsh/site-functions
# These do not depend on PREFIX: the bus, polkit and older versions of udev do not read /usr/local.
DBUSDIR  ?= /usr/share/dbus-1/system.d
POLKITDIR ?= /usr/share/polkit-1/actions
UDEVDIR  ?= /usr/lib/udev/rules.d
COCKPITDIR ?= $(PREFIX)/share/cockpit/amtguard
STRIP    ?= -s
# The first lines make the guard 1.5 MB smaller. Unused functions are removed (each function is a separate section, none
# is exported, and what is public counts as used only if something in the program uses it), equal functions are merged,
# and code is optimized for size (make bench BENCH=latency shows no difference). RELRO and immediate binding harden the
# programs: what the loader has written is read-only from the start.
# The rest makes the bytes independent of the directory. Paths are mapped. Two things would contain hashes of paths and
# are omitted: the names of cached C modules, and the mark by which the compiler recognizes unchanged code.
# hypotf has a new version in glibc 2.35. Nothing here calls it, but the static library keeps its wrapper of it. As the
# address 0 it requires nothing of glibc, and make lint checks that nothing calls it.
RELEASE  := -c release --static-swift-stdlib --disable-local-rpath \
	-Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections \
	-Xswiftc -Xfrontend -Xswiftc -internalize-at-link -Xswiftc -use-ld=lld \
	-Xlinker --version-script=$(CURDIR)/Tools/no-exports.map -Xlinker --icf=safe \
	-Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now \
	-Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=. \
	-Xswiftc -Xfrontend -Xswiftc -no-clang-module-breadcrumbs \
	-Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen \
	-Xlinker --defsym=hypotf=0
DEBUG_BIN = $(shell $(SWIFT) build --show-bin-path)
FUZZER    = $(SWIFT) build -c release --sanitize=fuzzer --package-path Tools/fuzzer
# The directory of the programs. An empty value, as a package build passes it, counts as unset.
ifndef BIN
BIN       = $(shell $(SWIFT) build $(RELEASE) --show-bin-path)
endif
PROGRAMS ?= amtguardd amtguard-firmware amtguardctl
# The program in the kernel needs a clang that compiles for BPF, as the toolchain's does, and no header at all. The
# descriptions of types (BTF) stay in it, the debug information does not.
BPF_CLANG   ?= $(dir $(shell command -v $(SWIFT)))clang
BPF_OBJCOPY ?= $(dir $(BPF_CLANG))llvm-objcopy
BPF_FLAGS    = -target bpf -mcpu=v3 -O2 -g -nostdinc -ffreestanding -Wall -Wextra -Werror \
	-fdebug-compilation-dir=. -ffile-prefix-map=$(CURDIR)=.
# Debian's, for which Debian packages the libraries.
PYTHON   ?= /usr/bin/python3
DEB_VERSION = $(shell dpkg-parsechangelog -l packaging/debian/changelog -S Version)
HELPERS   = -c release --package-path Tests/system
MEASURES  = -c release --package-path Benchmarks
# Linked statically, for a system without the toolchain's libraries.
BOOTED    = $(MEASURES) --scratch-path Benchmarks/.build-static --static-swift-stdlib
CALLERS   = -c release --package-path Tools/demo --scratch-path Tools/demo/.build-static --static-swift-stdlib
SOURCES  := Package.swift Sources Tests $(wildcard Tools/*/Package.swift Tools/*/Sources Tools/*/Tests) $(wildcard Benchmarks/Package.swift Benchmarks/Sources)

.PHONY: help picture docs take-recording test-deploy sysext test-emulator test-boot test-reproducible all release programs bpf test sanitize torture mutants flood fuzz fuzz-planted fuzz-keep fuzzer lint format demo bench install install-cockpit completions deb oci clean

all: release

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

release: ## The programs as they are installed, in .build/release; also plain make
	Tools/dependencies.sh build
	$(MAKE) programs

programs: ## The same without installing what a build needs, for the build of a package
	for program in $(PROGRAMS); do $(SWIFT) build $(RELEASE) --product $$program || exit 1; done
	$(MAKE) bpf

# The program in the kernel that sees writes of the list. Without it the guard watches the list by other means.
bpf: ## The program in the kernel alone
	mkdir -p $(BIN)
	$(BPF_CLANG) $(BPF_FLAGS) -c Sources/CLinux/list.bpf.c -o $(BIN)/list.bpf.o
	$(BPF_OBJCOPY) --strip-debug $(BIN)/list.bpf.o

test-reproducible: release ## Checks that a build in another directory has the same bytes
	Tools/reproducible.sh $(BIN) $(PROGRAMS)

# One debug build; --disable-xctest drops the empty report of a library that has no tests here.
test: ## Everything, in private namespaces: seven minutes after the build
	Tools/dependencies.sh test
	$(SWIFT) build --build-tests
	$(MAKE) bpf BIN=$(DEBUG_BIN)
	$(SWIFT) test --skip-build --disable-xctest

# Each sanitizer has a build of its own. The system tests judge programs from outside, and the packaging tests judge
# files, so they are left out. docs/TESTING.md says why leaks are not looked for, and why two tests more are left out.
sanitize: ## The tests under AddressSanitizer and ThreadSanitizer: SANITIZER=address
	Tools/dependencies.sh test
	for sanitizer in $(or $(SANITIZER),address thread); do \
		$(SWIFT) build --build-tests --sanitize=$$sanitizer --scratch-path .build-$$sanitizer && \
		ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --skip-build --disable-xctest --sanitize=$$sanitizer \
			--scratch-path .build-$$sanitizer --skip 'Amtguard(System|Packaging)Tests|a hundred in a moment|come and go meanwhile' || exit 1; \
	done

# The whole table of kills and failures, of which make test plays a part; then an hour of everything at once, on the
# release build. ACTS="start repair" selects acts, minutes each, and leaves out the hour.
torture: ## Kills and failures at every system call, then an hour of everything: ACTS="start repair" SECONDS=600
	Tools/dependencies.sh test
	Tools/dependencies.sh bench
	$(SWIFT) build --product amtguardd
	$(SWIFT) build --product amtguardctl
	$(MAKE) bpf BIN=$(DEBUG_BIN)
	$(MAKE) programs PROGRAMS="amtguardd amtguardctl"
	for package in Tests/system Benchmarks Tools/demo; do $(SWIFT) build -c release --package-path $$package || exit 1; done
	export HELPERS_BIN=$$($(SWIFT) build $(HELPERS) --show-bin-path) BENCH_BIN=$$($(SWIFT) build $(MEASURES) --show-bin-path) \
	DEMO_BIN=$$($(SWIFT) build -c release --package-path Tools/demo --show-bin-path) && \
	bash -o pipefail -c "AMTGUARD_BIN=$(DEBUG_BIN) PLAY_TIME=7200 Tests/system/run kills.sh $(or $(ACTS),all) | tee .build/torture.log" && \
	{ test -n "$(ACTS)" || bash -o pipefail -c "AMTGUARD_BIN=$(BIN) PLAY_TIME=7200 \
	Tests/system/run endurance.sh $(or $(SECONDS),3600) | tee -a .build/torture.log"; }
	test -n "$(ACTS)" || PYTHONPATH=Benchmarks $(PYTHON) -m bench record torture .build/torture.log

# Faults in the core, one at a time, that its tests have to notice. SAMPLE=0 tries all of them.
mutants: ## Mutants of the core, and how many the tests kill: SAMPLE=400 SEED=1
	Tools/dependencies.sh bench
	Tools/mutation/mutate.py --sample $(or $(SAMPLE),400) --seed $(or $(SEED),1)
	PYTHONPATH=Benchmarks $(PYTHON) -m bench record mutants .build/mutation/result.json

# Floods of calls, signals and overwrites against the release build, an hour and a half; make test plays a part of them.
# KINDS="Describe Check" selects kinds and leaves out the overwrites; SECONDS=60 each, CONNECTIONS=1000.
flood: ## Floods of calls, signals and overwrites, an hour and a half: KINDS="Describe Check"
	Tools/dependencies.sh test
	$(MAKE) programs PROGRAMS="amtguardd amtguardctl"
	$(SWIFT) build $(HELPERS)
	$(SWIFT) build $(MEASURES)
	export AMTGUARD_BIN=$(BIN) HELPERS_BIN=$$($(SWIFT) build $(HELPERS) --show-bin-path) \
	BENCH_BIN=$$($(SWIFT) build $(MEASURES) --show-bin-path) RELEASE=1 && \
	PLAY_TIME=$(or $(PLAY_TIME),14400) \
	Tests/system/run flood.sh $(or $(SECONDS),60) $(or $(CONNECTIONS),1000) $(KINDS) && \
	{ test -n "$(KINDS)" || PLAY_TIME=900 OVERWRITE_SECONDS=120 OVERWRITE_RATES="1 10 100 1000" Tests/system/run overwrites.sh; }

# A separate package that needs libfuse3, and /dev/fuse to run.
test-emulator: ## The emulated MEI device, and the guard on 61 emulated machines
	Tools/dependencies.sh emulator
	$(SWIFT) build --product amtguardd
	$(SWIFT) build --product amtguard-firmware
	$(SWIFT) build --product amtguardctl
	$(SWIFT) build $(HELPERS)
	$(SWIFT) build $(MEASURES)
	AMTGUARD_BIN=$(DEBUG_BIN) HELPERS_BIN=$$($(SWIFT) build $(HELPERS) --show-bin-path) \
	BENCH_BIN=$$($(SWIFT) build $(MEASURES) --show-bin-path) \
	$(SWIFT) test --package-path Tools/mei-emulator --disable-xctest

# The released programs, as a fleet has them. Without a name it plays all scripts of Tests/deploy.
test-deploy: release ## What is below deploy/, with the real programs around it: SCRIPT="prometheus.sh"
	Tools/dependencies.sh deploy
	find dist -name 'amtguard_*.deb' -newer $(BIN)/amtguardd 2>/dev/null | grep -q . || $(MAKE) deb
	$(SWIFT) build -c release --package-path Tools/mei-emulator --product mei-emulator
	AMTGUARD_BIN=$(BIN) \
	EMULATOR_BIN=$$($(SWIFT) build -c release --package-path Tools/mei-emulator --show-bin-path) Tests/deploy/run $(SCRIPT)

# NAME= is needed only if the headers of the recording don't name it.
take-recording: ## A test of a recording that somebody sent: FILE=amt.recording NAME=maker-version
	$(SWIFT) build --product amtguard-firmware
	AMTGUARD_BIN=$(DEBUG_BIN) Tools/take-recording "$(FILE)" $(NAME)

# systemd in separate containers, judged from inside. BOOT_CACHE keeps the tree of Debian that it boots.
test-boot: deb ## The package installed, upgraded, broken and booted: STAGE="early packages"
	Tools/dependencies.sh boot
	VERSION=$$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)+next packaging/build-deb $(BIN) >dist/next.log
	rm -rf dist/boot && mkdir dist/boot && mv dist/amtguard_*+next_*.deb dist/boot
	cp dist/amtguard_$$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)_*.deb dist/boot
	$(SWIFT) build -c release --package-path Tools/mei-emulator --product mei-emulator
	$(SWIFT) build $(BOOTED) --product overwriter
	$(SWIFT) build $(BOOTED) --product table-gaps
	$(SWIFT) build $(CALLERS)
	DEBS=dist/boot EMULATOR_BIN=$$($(SWIFT) build -c release --package-path Tools/mei-emulator --show-bin-path) \
	BENCH_BIN=$$($(SWIFT) build $(BOOTED) --show-bin-path) \
	DEMO_BIN=$$($(SWIFT) build $(CALLERS) --show-bin-path) Tests/boot/run $(STAGE)

# SECONDS=60 each, or INPUTS=10000000. First checks that the fuzzer finds planted faults.
fuzz: fuzz-planted ## Looks for bytes that break a parser's promises: FUZZ=answer-lines SECONDS=60
	FUZZER=$$($(FUZZER) --show-bin-path)/fuzzer SECONDS=$(or $(SECONDS),60) INPUTS=$(INPUTS) \
	Tools/fuzzer/run.sh run $(or $(FUZZ),all)

fuzz-planted: fuzzer ## Checks that the fuzzer finds planted faults
	FUZZER=$$($(FUZZER) --show-bin-path)/fuzzer Tools/fuzzer/run.sh planted

fuzz-keep: fuzzer ## Adds to Tests/Corpora what the runs found and it does not cover yet
	FUZZER=$$($(FUZZER) --show-bin-path)/fuzzer Tools/fuzzer/run.sh keep $(or $(FUZZ),all)

fuzzer:
	Tools/dependencies.sh build
	$(FUZZER)

# To read it: python3 -m http.server -d .build/docs, then http://localhost:8000/documentation/amtguardcore/.
docs: ## The documentation of the core's public symbols, in .build/docs
	mkdir -p .build
	$(SWIFT) package --package-path Tools/docs --allow-writing-to-directory $(CURDIR)/.build/docs \
		generate-documentation --target AmtguardCore --warnings-as-errors --output-path $(CURDIR)/.build/docs

lint: ## The form of sources, scripts and manuals, and what no compiler checks
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	SWIFT=$(SWIFT) Tools/lint.sh

format: ## Formats the sources in place
	$(SWIFT) format format --in-place --recursive $(SOURCES)

# An existing configuration stays.
install: ## Installs everything, here and for the packages: DESTDIR= PREFIX=
	@test -x $(BIN)/amtguardd || { echo "Run make first" >&2; exit 1; }
	install -Dm755 $(STRIP) -t $(DESTDIR)$(SBINDIR) $(BIN)/amtguardd $(BIN)/amtguard-firmware
	install -Dm755 $(STRIP) -t $(DESTDIR)$(PREFIX)/bin $(BIN)/amtguardctl
	test ! -e $(BIN)/list.bpf.o || install -Dm644 -t $(DESTDIR)$(PREFIX)/lib/amtguard $(BIN)/list.bpf.o
	install -d $(DESTDIR)$(UNITDIR)
	for unit in amtguardd.service amtguard-firmware.socket amtguard-firmware@.service \
		amtguard-metrics.service amtguard-metrics.timer; do \
		sed 's|/usr/sbin/|$(SBINDIR)/|; s|/usr/bin/|$(PREFIX)/bin/|' systemd/$$unit > $(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; \
	done
	install -Dm644 -t $(DESTDIR)$(UDEVDIR) systemd/60-amtguard-mei.rules
	install -Dm644 systemd/amtguard.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/amtguard.conf
	install -Dm644 systemd/amtguard.preset $(DESTDIR)$(PREFIX)/lib/systemd/system-preset/80-amtguard.preset
	install -Dm644 -t $(DESTDIR)$(PREFIX)/lib/systemd/catalog systemd/amtguard.catalog
	install -Dm644 -t $(DESTDIR)$(DBUSDIR) systemd/org.amtguard1.conf
	install -Dm644 -t $(DESTDIR)$(POLKITDIR) systemd/org.amtguard1.policy
	test -e $(DESTDIR)/etc/amtguard.conf || install -Dm644 -t $(DESTDIR)/etc systemd/amtguard.conf
	install -d $(DESTDIR)/etc/amtguard.conf.d
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/amtguard docs/*.schema.json
	install -Dm644 -t $(DESTDIR)$(DOCDIR) README.md
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/docs docs/*.md
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/docs/images docs/images/*.svg
	install -Dm644 -t $(DESTDIR)$(DOCDIR)/examples systemd/examples/*.conf
	for section in 1 5 8; do \
		install -Dm644 -t $(DESTDIR)$(PREFIX)/share/man/man$$section docs/man/*.$$section || exit 1; \
	done
	install -Dm644 packaging/completions/amtguardctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/amtguardctl
	install -Dm644 packaging/completions/amtguardctl.zsh $(DESTDIR)$(ZSHDIR)/_amtguardctl
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d packaging/completions/amtguardctl.fish

# A package of its own: it needs the programs, and they don't need it.
install-cockpit: ## Installs the page for Cockpit: DESTDIR= PREFIX=
	install -d $(DESTDIR)$(COCKPITDIR)
	install -m644 -t $(DESTDIR)$(COCKPITDIR) deploy/cockpit/*.html deploy/cockpit/*.js deploy/cockpit/*.css deploy/cockpit/manifest.json
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/metainfo deploy/cockpit/org.amtguard.cockpit.metainfo.xml

# As ArgumentParser writes them, without a #! line; make test compares them.
completions: ## The completions of bash, zsh and fish, after a change of amtguardctl's commands
	$(SWIFT) build --product amtguardctl
	for shell in bash zsh fish; do \
		$(DEBUG_BIN)/amtguardctl --generate-completion-script $$shell | sed '1{/^#!/d}' > packaging/completions/amtguardctl.$$shell || exit 1; \
	done

deb: release ## A Debian package in dist/, checked by lintian
	Tools/dependencies.sh deb
	packaging/build-deb $(BIN)

sysext: release ## A system extension in dist/, for image-based systems
	Tools/dependencies.sh sysext
	packaging/build-sysext $(BIN)

oci: release ## A container image in dist/, without a container engine; deploy/kubernetes uses it
	Tools/dependencies.sh oci
	packaging/build-oci $(BIN)

clean: ## Removes what was built
	rm -rf .build .build-address .build-thread dist Benchmarks/.build Benchmarks/.build-static Tools/*/.build Tools/demo/.build-static Tests/system/.build

# The demo and the benchmarks run release builds, as they are installed.
demo: ## A card that diverts ports, an emulated firmware, and the guard: 20 s after the build
	Tools/dependencies.sh demo
	$(MAKE) programs
	$(SWIFT) build -c release --package-path Tools/mei-emulator --product mei-emulator
	$(SWIFT) build -c release --package-path Tools/demo
	AMTGUARDD=$(BIN)/amtguardd AMTGUARDCTL=$(BIN)/amtguardctl AMTGUARD_FIRMWARE=$(BIN)/amtguard-firmware \
	DEMO_BIN=$$($(SWIFT) build -c release --package-path Tools/demo --show-bin-path) Tools/demo/demo.sh

picture: ## README's picture of a terminal, captured in the demo
	PICTURE=$(CURDIR)/.build/picture $(MAKE) demo
	{ printf '$$ amtguardctl status\n'; cat .build/picture; } | Tools/terminal-picture docs/images/status

bench: ## What the daemon promises, beside what people use, an hour: BENCH="latency losses" QUICK=1
	Tools/dependencies.sh bench
	$(SWIFT) build $(RELEASE) --product amtguardd
	$(SWIFT) build $(RELEASE) --product amtguardctl
	$(MAKE) bpf
	case " $(BENCH) " in "  " | *" booted "*) $(MAKE) deb && $(SWIFT) build $(BOOTED) --product overwriter ;; esac
	$(SWIFT) build $(MEASURES)
	$(SWIFT) build -c release --package-path Tools/demo
	$(SWIFT) build $(HELPERS)
	PYTHONPATH=Benchmarks $(PYTHON) -m bench --programs $(BIN) \
	--binaries $$($(SWIFT) build $(MEASURES) --show-bin-path) \
	--demo $$($(SWIFT) build -c release --package-path Tools/demo --show-bin-path) \
	--helpers $$($(SWIFT) build $(HELPERS) --show-bin-path) \
	--deb dist/amtguard_$(DEB_VERSION)_$$(dpkg --print-architecture).deb $(if $(QUICK),--quick --results .build/bench) $(BENCH)
