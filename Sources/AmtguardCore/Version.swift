/// The release, told by every program and face.
public let amtguardVersion = "0.1.0"
