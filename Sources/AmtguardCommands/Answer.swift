import AmtguardCore
import FoundationEssentials

/// The daemon's report, as it came over the bus or from the state file.
struct Answer {
    let status: Status

    /// Why a text is not a report; one line.
    struct Garbled: Error {
        let message: String
        /// Whether it is a report of another schema version, which this program does not know.
        var isOtherSchema = false
    }

    /// - Throws: `Garbled` if this version does not understand `bytes`, which come from another process.
    init(_ bytes: [UInt8]) throws(Garbled) {
        do {
            status = try JSONDecoder().decode(Status.self, from: Data(bytes))
        } catch {
            throw Garbled(message: "the report can't be understood; amtguardd may be of another version")
        }
        guard status.schema == 1 else {
            throw Garbled(
                message: "the report has schema \(status.schema), and this amtguardctl knows schema 1",
                isOtherSchema: true)
        }
    }

    /// Why the report may no longer be true; `nil` if it is fresh.
    ///
    /// The boot clock decides: a user may have set the wall clock.
    ///
    /// - Parameter boot: The boot that the report must be of; `nil` if the daemon is known to run.
    func staleness(at now: Instant, boot: String?) -> String? {
        if let boot, boot != status.observed.bootId { return "amtguardd has reported nothing since the machine booted" }
        guard let audit = status.observed.auditUSec else { return nil }
        let (age, overflow) = now.sinceBoot.microseconds.subtractingReportingOverflow(status.observed.bootUSec)
        guard !overflow, age >= 0, audit > 0 else { return "the report says that it was made in the future" }
        guard age / 2 > audit, age > Self.shortest else { return nil }
        return "amtguardd last looked at the list \(age / 1_000_000) s ago, more than two audit intervals"
    }

    /// On a busy machine the daemon may be late by seconds, however short its audits are.
    private static let shortest = Duration.seconds(5).microseconds
}
