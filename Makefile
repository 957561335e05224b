# make demo, make test, make install: see README.md.
SWIFT    ?= swift
PREFIX   ?= /usr
DESTDIR  ?=
RELEASE  := -c release --static-swift-stdlib
DEBUG_BIN = $(shell $(SWIFT) build --show-bin-path)
BIN       = $(shell $(SWIFT) build $(RELEASE) --show-bin-path)
SOURCES  := Package.swift Sources Tests $(wildcard Tools/*/Package.swift Tools/*/Sources) $(wildcard Benchmarks/Package.swift Benchmarks/Sources)

.PHONY: all release test lint format demo bench install clean

all: release

release:
	Tools/dependencies.sh build
	$(SWIFT) build $(RELEASE) --product amtguardd
	$(SWIFT) build $(RELEASE) --product amtguardctl

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	Tools/lint.sh

format:
	$(SWIFT) format format --in-place --recursive $(SOURCES)

install:
	@test -x $(BIN)/amtguardd || { echo "make first" >&2; exit 1; }
	install -Dm755 -s $(BIN)/amtguardd $(DESTDIR)$(PREFIX)/sbin/amtguardd
	install -Dm755 -s $(BIN)/amtguardctl $(DESTDIR)$(PREFIX)/bin/amtguardctl
	install -Dm644 systemd/amtguardd.service $(DESTDIR)$(PREFIX)/lib/systemd/system/amtguardd.service
	install -Dm644 systemd/amtguard.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/amtguard.conf
	install -Dm644 systemd/amtguard.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/amtguard.catalog
	install -Dm644 systemd/org.amtguard1.conf $(DESTDIR)$(PREFIX)/share/dbus-1/system.d/org.amtguard1.conf
	install -Dm644 systemd/amtguard.conf $(DESTDIR)$(PREFIX)/share/doc/amtguard/amtguard.conf

clean:
	rm -rf .build Benchmarks/.build Tools/*/.build
