# make demo, make test, make install: see README.md.
SWIFT    ?= swift
PREFIX   ?= /usr
DESTDIR  ?=
RELEASE  := -c release --static-swift-stdlib
DEBUG_BIN = $(shell $(SWIFT) build --show-bin-path)
FUZZER    = $(SWIFT) build -c release --sanitize=fuzzer --package-path Tools/fuzzer
BIN       = $(shell $(SWIFT) build $(RELEASE) --show-bin-path)
HELPERS   = -c release --package-path Tests/system
MEASURES  = -c release --package-path Benchmarks
SOURCES  := Package.swift Sources Tests $(wildcard Tools/*/Package.swift Tools/*/Sources Tools/*/Tests) $(wildcard Benchmarks/Package.swift Benchmarks/Sources)

.PHONY: test-emulator all release test fuzz fuzz-planted fuzz-keep fuzzer lint format demo bench install clean

all: release

release:
	Tools/dependencies.sh build
	$(SWIFT) build $(RELEASE) --product amtguardd
	$(SWIFT) build $(RELEASE) --product amtguard-firmware
	$(SWIFT) build $(RELEASE) --product amtguardctl

# One debug build; --disable-xctest drops the empty report of a library that has no tests here.
test:
	Tools/dependencies.sh test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --disable-xctest

# The emulated MEI device, and the guard with it: a package of its own, that needs libfuse3, and /dev/fuse to run.
test-emulator:
	Tools/dependencies.sh emulator
	$(SWIFT) build --product amtguardd
	$(SWIFT) build --product amtguard-firmware
	$(SWIFT) build --product amtguardctl
	$(SWIFT) build $(HELPERS)
	$(SWIFT) build $(MEASURES)
	AMTGUARD_BIN=$(DEBUG_BIN) HELPERS_BIN=$$($(SWIFT) build $(HELPERS) --show-bin-path) \
	BENCH_BIN=$$($(SWIFT) build $(MEASURES) --show-bin-path) \
	$(SWIFT) test --package-path Tools/mei-emulator --disable-xctest

# Looks for bytes that break a parser's promises: FUZZ=TARGET, SECONDS=60 each, or INPUTS=10000000. First a look whether
# the fuzzer finds anything at all.
fuzz: fuzz-planted
	FUZZER=$$($(FUZZER) --show-bin-path)/fuzzer SECONDS=$(or $(SECONDS),60) INPUTS=$(INPUTS) \
	Tools/fuzzer/run.sh run $(or $(FUZZ),all)

fuzz-planted: fuzzer
	FUZZER=$$($(FUZZER) --show-bin-path)/fuzzer Tools/fuzzer/run.sh planted

# What the runs found and Tests/Corpora does not cover yet goes there.
fuzz-keep: fuzzer
	FUZZER=$$($(FUZZER) --show-bin-path)/fuzzer Tools/fuzzer/run.sh keep $(or $(FUZZ),all)

fuzzer:
	Tools/dependencies.sh build
	$(FUZZER)

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	Tools/lint.sh

format:
	$(SWIFT) format format --in-place --recursive $(SOURCES)

install:
	@test -x $(BIN)/amtguardd || { echo "make first" >&2; exit 1; }
	install -Dm755 -s $(BIN)/amtguardd $(DESTDIR)$(PREFIX)/sbin/amtguardd
	install -Dm755 -s $(BIN)/amtguard-firmware $(DESTDIR)$(PREFIX)/sbin/amtguard-firmware
	install -Dm755 -s $(BIN)/amtguardctl $(DESTDIR)$(PREFIX)/bin/amtguardctl
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in amtguardd.service amtguard-firmware.socket amtguard-firmware@.service; do \
		sed 's|/usr/sbin/|$(PREFIX)/sbin/|' systemd/$$unit > $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit; \
	done
	install -Dm644 systemd/60-amtguard-mei.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-amtguard-mei.rules
	install -Dm644 systemd/amtguard.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/amtguard.conf
	install -Dm644 systemd/amtguard.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/amtguard.catalog
	install -Dm644 systemd/org.amtguard1.conf $(DESTDIR)$(PREFIX)/share/dbus-1/system.d/org.amtguard1.conf
	install -Dm644 systemd/amtguard.conf $(DESTDIR)$(PREFIX)/share/doc/amtguard/amtguard.conf

clean:
	rm -rf .build Benchmarks/.build Tools/*/.build Tests/system/.build

# The demo and the benchmarks run what is installed: release builds.
demo:
	Tools/dependencies.sh demo
	$(SWIFT) build $(RELEASE) --product amtguardd
	$(SWIFT) build $(RELEASE) --product amtguard-firmware
	$(SWIFT) build $(RELEASE) --product amtguardctl
	$(SWIFT) build -c release --package-path Tools/mei-emulator --product mei-emulator
	$(SWIFT) build -c release --package-path Tools/demo
	AMTGUARDD=$(BIN)/amtguardd AMTGUARDCTL=$(BIN)/amtguardctl AMTGUARD_FIRMWARE=$(BIN)/amtguard-firmware \
	DEMO_BIN=$$($(SWIFT) build -c release --package-path Tools/demo --show-bin-path) Tools/demo/demo.sh

bench:
	Tools/dependencies.sh build
	$(SWIFT) build $(RELEASE) --product amtguardd
	$(SWIFT) build -c release --package-path Benchmarks
	AMTGUARDD=$(BIN)/amtguardd \
	BENCH_BIN=$$($(SWIFT) build -c release --package-path Benchmarks --show-bin-path) Benchmarks/run.sh $(BENCH)
