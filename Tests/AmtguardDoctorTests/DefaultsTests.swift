import AmtguardCore
import AmtguardTestTools
import Testing

@testable import AmtguardDoctor

/// The configuration that Debian's packages install, from four releases: a file for each package and version in
/// `Defaults/`. Comments are left out, and everything that no check reads in TuneD's profiles and HAProxy's file.
@Suite struct DefaultsTests {
    struct Package: CustomTestStringConvertible, Sendable {
        /// `unbound_1.17.1-2+deb12u4.txt`
        var name: String
        /// Path to content.
        var files: [String: String]

        var testDescription: String { name }
        var isTuned: Bool { name.hasPrefix("tuned_") }

        /// Each file follows a line `== PATH`.
        init(_ name: String) throws {
            self.name = name
            files = [:]
            var path = ""
            for line in try Repository.text("\(DefaultsTests.folder)/\(name)").split(
                separator: "\n", omittingEmptySubsequences: false)
            {
                if line.hasPrefix("== ") {
                    path = String(line.dropFirst(3))
                    files[path] = ""
                } else if !path.isEmpty {
                    files[path, default: ""] += "\(line)\n"
                }
            }
        }

        /// TuneD's profiles.
        var profiles: [String] {
            files.keys.compactMap { path in
                let parts = path.split(separator: "/")
                return parts.last == "tuned.conf" ? parts.dropLast().last.map(String.init) : nil
            }.sorted()
        }
    }

    private static let folder = "Tests/AmtguardDoctorTests/Defaults"
    static let packages = ((try? Repository.names(in: folder)) ?? []).compactMap { try? Package($0) }

    @Test func `are of forty packages and more`() {
        #expect(Self.packages.count >= 40)
        #expect(Self.packages.allSatisfy { !$0.files.isEmpty })
    }

    /// This includes a host whose range contains AMT's ports, which are reserved then.
    @Test(arguments: packages, [PortSet(32768...60999), PortSet(1024...65535)])
    func `are no reason for an alarm while amtguardd guards`(_ package: Package, _ reach: PortSet) {
        for profile in package.isTuned ? package.profiles : [""] {
            var situation = Situation.concerned
            situation.reach = reach
            let alarms = alarms(package, profile, in: situation)
            #expect(alarms.isEmpty, "\(profile): \(alarms)")
        }
    }

    @Test(arguments: packages)
    func `are one without a guard only where they widen the range of ports`(_ package: Package) {
        var situation = Situation.concerned
        situation.guarding = .absent
        situation.reserved = PortSet()
        for profile in package.isTuned ? package.profiles : [""] {
            // The range once TuneD has started.
            let range: ClosedRange<UInt16> = profile == "oracle" ? 9000...65499 : 32768...60999
            situation.reach = PortSet(range)
            let alarms = alarms(package, profile, in: situation).filter { $0.check != "guard" }
            let expected = profile == "oracle" ? ["port-range", "tuned"] : []
            #expect(alarms.map(\.check) == expected, "\(profile): \(alarms)")
        }
    }

    private func alarms(_ package: Package, _ profile: String, in situation: Situation) -> [Diagnosis.Finding] {
        var machine = PaperMachine(files: package.files)
        if !profile.isEmpty { machine.files["/etc/tuned/active_profile"] = "\(profile)\n" }
        let range = situation.reach?.ranges.first.map { "\($0.lowerBound)\t\($0.upperBound)\n" }
        machine.files["/proc/sys/net/ipv4/ip_local_port_range"] = range
        return Diagnosis(Check.all, on: machine, in: situation).findings.filter(\.severity.isAlarm)
    }
}
