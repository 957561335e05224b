/// The paths of the configuration, and the order in which it is read, as for systemd's own (systemd.syntax(7)).
public enum ConfigurationLayout {
    /// The first of these that exists is the main file.
    public static let mainFiles = ["/etc/amtguard.conf", "/usr/lib/amtguard.conf"]

    /// The directories of drop-ins. A file hides the files of the same name in later directories.
    public static let dropInDirectories = ["/etc/amtguard.conf.d", "/run/amtguard.conf.d", "/usr/lib/amtguard.conf.d"]

    /// The drop-ins to read, ordered by name, regardless of their directory.
    ///
    /// - Parameter names: The names in each directory, in the order of `dropInDirectories`.
    public static func dropIns(_ names: [(directory: String, names: [String])]) -> [String] {
        var chosen: [String: String] = [:]
        for (directory, names) in names {
            for name in names where name.hasSuffix(".conf") && !name.hasPrefix(".") && chosen[name] == nil {
                chosen[name] = "\(directory)/\(name)"
            }
        }
        return chosen.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }.map(\.value)
    }
}
