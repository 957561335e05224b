/// A configuration file and all that it includes, as one sequence in the order in which its program reads it.
///
/// The open files are an array here, not recursive calls, and files and directories are counted. So no configuration
/// causes deep recursion or a long run.
struct Inclusion<Element> {
    /// How deep files may include each other.
    static var deepest: Int { 16 }

    private let examination: Examination
    private let parse: ([SourceLine]) -> [Element]
    private let isOnce: Bool
    private var stack: [OpenFile] = []
    private var seen: Set<String> = []
    /// How many files and directories may still be included.
    private var left = 1_024

    private struct OpenFile {
        var path: String
        /// The line that includes it; `nil` for the main file.
        var includer: Place?
        /// `nil` before it is read.
        var rest: ArraySlice<Element>?
    }

    /// - Parameters:
    ///   - isOnce: Whether the program reads a file only once, however often it is included.
    ///   - parse: Parses the lines of a file.
    init(_ examination: Examination, isOnce: Bool = false, parse: @escaping ([SourceLine]) -> [Element]) {
        self.examination = examination
        self.isOnce = isOnce
        self.parse = parse
    }

    /// Reads these files next, one after the other.
    ///
    /// - Parameter place: The line that includes them; `nil` for main files, which may be missing.
    mutating func read(_ paths: [String], at place: Place? = nil) {
        guard let place else {
            stack += paths.reversed().map { OpenFile(path: $0) }
            return
        }
        stack += paths.prefix(max(left, 0)).reversed().map { OpenFile(path: $0, includer: place) }
        spend(max(paths.count, 1), at: place)
    }

    /// Adds the files that a line includes.
    ///
    /// - Parameters:
    ///   - pattern: A path, or a pattern of paths. No file need fit a pattern.
    ///   - directory: Where a relative path starts.
    mutating func include(_ pattern: String, in directory: String, at place: Place) {
        guard left > 0 else { return }
        let parts = (pattern.hasPrefix("/") ? pattern : "\(directory)/\(pattern)").split(separator: "/")
            .filter { $0 != "." }
        let path = "/" + parts.joined(separator: "/")
        guard Glob.isPattern(path) else { return read([path], at: place) }
        guard parts.count(where: { Glob.isPattern($0) }) <= Glob.mostWildcards else {
            return examination.doubt("includes a pattern with too many wildcards", at: place)
        }
        read(names(path, at: place), at: place)
    }

    /// The files that fit a pattern. Each directory that is listed counts.
    private mutating func names(_ pattern: String, at place: Place) -> [String] {
        var listed = 0
        let paths = Glob.paths(pattern) { directory in
            listed += 1
            return examination.names(in: directory)
        }
        spend(listed, at: place)
        return paths
    }

    /// Counts files and directories, and reports once that there are too many.
    private mutating func spend(_ count: Int, at place: Place) {
        guard left > 0 else { return }
        left -= count
        if left <= 0 { examination.doubt("includes too many files, so the rest was not read", at: place) }
    }

    /// The next element; `nil` at the end.
    mutating func next() -> Element? {
        while let file = stack.last {
            if file.rest == nil {
                load(file)
            } else if let element = stack[stack.count - 1].rest?.popFirst() {
                return element
            } else {
                stack.removeLast()
            }
        }
        return nil
    }

    private mutating func load(_ file: OpenFile) {
        stack.removeLast()
        if isOnce, !seen.insert(file.path).inserted { return }
        let place = file.includer ?? Place(file.path)
        let open = stack.filter { $0.rest != nil }
        guard !open.contains(where: { $0.path == file.path }) else {
            return examination.doubt("includes \(file.path.told), which includes this file again", at: place)
        }
        guard open.count < Self.deepest else {
            return examination.doubt("files include each other more than \(Self.deepest) deep", at: place)
        }
        if let lines = examination.lines(ifAny: file.path) {
            stack.append(OpenFile(path: file.path, includer: file.includer, rest: parse(lines)[...]))
        } else if file.includer != nil, examination.isMissing(file.path) {
            examination.doubt("includes \(file.path.told), which is missing", at: place)
        }
    }
}
