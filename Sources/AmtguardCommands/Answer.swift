import AmtguardCore
import FoundationEssentials

/// The daemon's own words, and what they mean.
struct Answer {
    let status: Status

    /// An answer that is no status; one line.
    struct Garbled: Error {
        let message: String
    }

    /// - Throws: `Garbled` if `bytes` are not a status that this version understands. They come from another process.
    init(_ bytes: [UInt8]) throws(Garbled) {
        do {
            status = try JSONDecoder().decode(Status.self, from: Data(bytes))
        } catch {
            throw Garbled(message: "the status can't be understood; is amtguardd of another version?")
        }
        guard status.schema == 1 else {
            throw Garbled(message: "the status has schema \(status.schema), and this amtguardctl knows 1")
        }
    }

    /// Why it may no longer be true, judged on the boot clock; `nil` where it is fresh.
    ///
    /// The wall clock is not asked: somebody may have set it.
    ///
    /// - Parameter boot: The boot it must be of; `nil` where the daemon is known to run.
    func staleness(at now: Instant, boot: String?) -> String? {
        if let boot, boot != status.observed.bootId { return "amtguardd has reported nothing since the machine booted" }
        guard let audit = status.observed.auditUSec else { return nil }
        let (age, overflow) = now.sinceBoot.microseconds.subtractingReportingOverflow(status.observed.bootUSec)
        guard !overflow, age >= 0, audit > 0 else { return "the report says that it was made in the future" }
        guard age / 2 > audit else { return nil }
        return "amtguardd looked at the list last \(age / 1_000_000) s ago, and two audits take "
            + "\(audit.multipliedReportingOverflow(by: 2).partialValue / 1_000_000) s"
    }
}
