import SystemPackage

/// Whether the host's Wi-Fi driver hands packets over to AMT: whether `iwlmei` is bound to its client of the firmware.
/// `nil` if `/sys` does not show this.
///
/// Without `iwlmei` no code on the host diverts Wi-Fi packets. See drivers/net/wireless/intel/iwlwifi/mei in the
/// kernel.
public func readWirelessDiversion(in root: borrowing RootDirectory) -> Bool? {
    guard let drivers = try? root.names(in: "/sys/bus/mei/drivers") else { return nil }
    guard drivers.contains("iwlmei") else { return false }
    guard let entries = try? root.names(in: "/sys/bus/mei/drivers/iwlmei") else { return nil }
    return entries.contains { $0.lowercased().hasSuffix(client) || $0.lowercased().hasSuffix(client + ":01") }
}

/// The firmware's client for the shared access protocol.
private let client = "13280904-7792-4fcb-a1aa-5e70cbb1e865"
