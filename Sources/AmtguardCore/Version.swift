/// The release, which every program reports.
public let amtguardVersion = "0.1.0"
