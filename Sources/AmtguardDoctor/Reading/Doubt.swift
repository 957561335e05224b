import AmtguardCore

/// What a check can't understand is reported with its place, and never stops the check.
extension Examination {
    /// Reports that something can't be understood.
    func doubt(_ says: String, at place: Place, change: String? = nil) {
        report(.unknown, says, at: place, change: change)
    }

    /// Reports that all is well, if there was no doubt.
    func pass(_ says: String, at place: Place) {
        if count(.unknown) == 0 { report(.ok, says, at: place) }
    }

    /// A port; `nil` if the text is no port, which is reported.
    ///
    /// - Parameter setting: The name of the setting: `min-port`.
    func port(_ text: String, of setting: String, at place: Place) -> UInt16? {
        if let port = UInt16(decimal: text) { return port }
        doubt("\(setting): \(text.told) is not a port", at: place)
        return nil
    }

    /// The ports of `1024-65535` or `1024`; `nil` if the text is neither, which is reported.
    func ports(_ text: String, of setting: String, at place: Place) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let low = port(ends.first ?? "", of: setting, at: place) else { return nil }
        guard ends.count == 2 else { return low...low }
        guard let high = port(ends.last ?? "", of: setting, at: place) else { return nil }
        return ports(from: low, to: high, of: setting, at: place)
    }

    /// The ports of two limits; `nil` if they are reversed, which is reported.
    func ports(from low: UInt16, to high: UInt16, of setting: String, at place: Place) -> ClosedRange<UInt16>? {
        guard low <= high else {
            doubt("\(setting): \(low) is above \(high), so this is no range of ports", at: place)
            return nil
        }
        return low...high
    }
}

extension UInt16 {
    /// Decimal digits and nothing else.
    init?(decimal text: some StringProtocol) {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), let port = UInt16(exactly: number)
        else { return nil }
        self = port
    }
}

extension String {
    /// Foreign text in a finding: short, printable, in quotes.
    var told: String { "\"\(printable(utf8, atMost: 60))\"" }
}
