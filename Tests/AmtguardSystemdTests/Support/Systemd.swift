import Testing

/// All suites of this module, one test after the other: they have processes of their own, and look at the clock.
@Suite(.serialized) enum Systemd {}
