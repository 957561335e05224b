import AmtguardCore

extension Check {
    /// Features that an older kernel or systemd lacks. Distributions backport many, so this check reports only what the
    /// version number implies for certain.
    static let versions = Check("versions", of: "this system", "the versions of the kernel and of systemd") {
        examination in
        guard examination.situation.isConcerned else { return }
        examination.judgeKernel()
        examination.judgeSystemd()
    }
}

extension Examination {
    private static let oldestKernel = [5, 10]
    private static let oldestSystemd = 247

    fileprivate func judgeKernel() {
        let file = "/proc/sys/kernel/osrelease"
        guard let text = attribute(file) else { return }
        let numbers = text.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
        let says = "Linux \(printable(text.utf8))"
        guard numbers.count == 2 else {
            return report(.unknown, "the kernel's version can't be parsed", at: Place(file))
        }
        if numbers.lexicographicallyPrecedes(Self.oldestKernel) {
            return report(
                .warning, "\(says) is older than 5.10", at: Place(file),
                consequence: "amtguard is not made for it, and may miss writes of the list",
                change: "Install a newer kernel.")
        }
        // Before 5.12 a table of nf_tables can't have an owner.
        if numbers.lexicographicallyPrecedes([5, 12]), situation.isRedrawing {
            return report(
                .note, "\(says) is older than 5.12", at: Place(file),
                consequence: "other programs can flush amtguardd's table; it loads the table again within a tenth of a "
                    + "second")
        }
        report(.ok, says, at: Place(file))
    }

    fileprivate func judgeSystemd() {
        guard attribute("/proc/1/comm")?.trimmed == "systemd" else { return }
        let directories = [
            "/usr/lib/systemd", "/usr/lib/x86_64-linux-gnu/systemd", "/usr/lib64/systemd", "/lib/systemd",
        ]
        // During an update the files of the former version still exist.
        let found = directories.flatMap { directory in
            names(in: directory).compactMap { name -> (Int, Place)? in
                let prefix = "libsystemd-shared-"
                guard name.hasPrefix(prefix), name.hasSuffix(".so") else { return nil }
                return Int(name.dropFirst(prefix.count).prefix { $0.isNumber }).map {
                    ($0, Place("\(directory)/\(name)"))
                }
            }
        }
        guard let (version, place) = found.max(by: { $0.0 < $1.0 }) else { return }
        guard version < Self.oldestSystemd else { return report(.ok, "systemd \(version)", at: place) }
        report(
            .note, "systemd \(version) is older than \(Self.oldestSystemd)", at: place,
            consequence: "it ignores settings of amtguard's units: the watch on the list and the holds may not survive "
                + "a restart of amtguardd")
    }
}
