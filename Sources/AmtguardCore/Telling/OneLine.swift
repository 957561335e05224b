// Foreign text in a line for people: names of processes and files, and whatever else somebody else may choose.

extension Unicode.Scalar {
    /// C0, DEL and C1: a terminal takes them for commands, and the service manager a newline for another message.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

extension String {
    /// The same on one line, with `?` for what would not be shown but obeyed.
    var oneLine: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var line = UnicodeScalarView()
        for scalar in unicodeScalars { line.append(scalar.isControl ? "?" : scalar) }
        return String(line)
    }
}
