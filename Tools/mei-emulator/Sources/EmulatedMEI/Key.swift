// The kinds of values in a machine file.

extension Key {
    static func flag(_ name: String, _ path: WritableKeyPath<Machine, Bool>) -> Key {
        choice(name, path, ["no": false, "yes": true])
    }

    static func choice<Value>(
        _ name: String, _ path: WritableKeyPath<Machine, Value>, _ choices: KeyValuePairs<String, Value>
    ) -> Key {
        Key(name: name, allowed: choices.map(\.key).joined(separator: ", ")) { machine, text in
            guard let value = choices.first(where: { $0.key == text })?.value else { return false }
            machine[keyPath: path] = value
            return true
        }
    }

    /// A name for some numbers. Any other number is written as a number, because a firmware can return unnamed values.
    static func code(
        _ name: String, _ path: WritableKeyPath<Machine, UInt32>, _ choices: KeyValuePairs<String, UInt32>
    ) -> Key {
        code(name, choices) { $0[keyPath: path] = $1 }
    }

    /// As above, for a property that may be `nil`, which stands for a separate default.
    static func code(
        _ name: String, _ path: WritableKeyPath<Machine, UInt32?>, _ choices: KeyValuePairs<String, UInt32>
    ) -> Key {
        code(name, choices) { $0[keyPath: path] = $1 }
    }

    private static func code(
        _ name: String, _ choices: KeyValuePairs<String, UInt32>,
        set: @escaping (inout Machine, UInt32) -> Void
    ) -> Key {
        let names = choices.map(\.key).joined(separator: ", ")
        return Key(name: name, allowed: names + ", or a number as 7 or 0x7") { machine, text in
            guard let value = choices.first(where: { $0.key == text })?.value ?? unsigned(text) else { return false }
            set(&machine, value)
            return true
        }
    }

    /// `8086:4601`
    static func function(_ name: String, _ path: WritableKeyPath<Machine, [UInt16]>) -> Key {
        Key(name: name, allowed: "vendor and device as 8086:4601") { machine, text in
            let numbers = text.split(separator: ":", omittingEmptySubsequences: false).compactMap {
                $0.utf8.count == 4 ? UInt16($0, radix: 16) : nil
            }
            guard text.utf8.count == 9, numbers.count == 2 else { return false }
            machine[keyPath: path] = numbers
            return true
        }
    }

    static func number<Value: FixedWidthInteger>(
        _ name: String, _ path: WritableKeyPath<Machine, Value>, _ range: ClosedRange<UInt32>
    ) -> Key {
        let allowed = "a number from \(range.lowerBound) to \(range.upperBound), as 7 or 0x7"
        return Key(name: name, allowed: allowed) { machine, text in
            guard let number = unsigned(text), range.contains(number), let value = Value(exactly: number) else {
                return false
            }
            machine[keyPath: path] = value
            return true
        }
    }

    static func number(_ name: String, _ path: WritableKeyPath<Machine, Int?>, _ range: ClosedRange<UInt32>) -> Key {
        let allowed = "a number from \(range.lowerBound) to \(range.upperBound), as 7 or 0x7"
        return Key(name: name, allowed: allowed) { machine, text in
            guard let number = unsigned(text), range.contains(number) else { return false }
            machine[keyPath: path] = Int(number)
            return true
        }
    }

    static func text(_ name: String, _ path: WritableKeyPath<Machine, String>, atMost limit: Int) -> Key {
        Key(name: name, allowed: "text of at most \(limit) bytes") { machine, text in
            guard text.utf8.count <= limit else { return false }
            machine[keyPath: path] = text
            return true
        }
    }

    static func ipv4(_ name: String, _ path: WritableKeyPath<Machine, [UInt8]>) -> Key {
        Key(name: name, allowed: "an address as 192.168.1.20") { machine, text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let octets = parts.compactMap { UInt8($0) }
            guard octets.count == 4, parts.count == 4 else { return false }
            machine[keyPath: path] = octets
            return true
        }
    }

    static func mac(_ name: String, _ path: WritableKeyPath<Machine, [UInt8]>) -> Key {
        Key(name: name, allowed: "an address as c8:d9:d2:7a:1e:33") { machine, text in
            guard text.utf8.count == 17, let bytes = hexadecimal(text), bytes.count == 6 else { return false }
            machine[keyPath: path] = bytes
            return true
        }
    }

    static func featureBits(_ name: String, _ path: WritableKeyPath<Machine, UInt32>) -> Key {
        let names = featureNames.keys.sorted().joined(separator: ", ")
        return Key(name: name, allowed: "none, a number, or some of \(names), with spaces between") { machine, text in
            if let number = text == "none" ? 0 : unsigned(text) {
                machine[keyPath: path] = number
                return true
            }
            let bits = text.split(separator: " ").map { featureNames[String($0)] }
            guard !bits.isEmpty, !bits.contains(nil) else { return false }
            machine[keyPath: path] = bits.reduce(0) { $0 | 1 << ($1 ?? 0) }
            return true
        }
    }
}
