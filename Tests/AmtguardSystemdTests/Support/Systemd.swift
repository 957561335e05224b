import Testing

/// All suites of this module, one test after the other: they start processes, and measure time.
@Suite(.serialized) enum Systemd {}
