extension Check {
    /// amtguard measures time on the boot clock; the wall clock appears only in its output.
    static let clock = Check("clock", of: "this system", "the wall clock") { examination in
        guard examination.situation.isConcerned, let now = examination.situation.now, now < Clock.released else {
            return
        }
        examination.report(
            .note, "the wall clock is before the release of amtguard, 2026-11",
            consequence: "the times in reports and in the journal are wrong; the guard does not depend on them",
            change: "Set the clock, for example with timedatectl set-ntp true.")
    }
}

private enum Clock {
    /// 2026-11-01T00:00:00Z. No program of this release can run earlier.
    static let released: Int64 = 1_793_491_200
}
