import AmtguardCore
import Glibc

// Reports have times in UTC. Output for people has local time with its offset, by TZ or /etc/localtime.

extension String {
    /// The text with each time in it, such as `2026-11-22T20:49:00Z`, in local time: `2026-11-22T21:49:00+01:00`.
    ///
    /// - Parameter offset: The zone's offset at a time, both in seconds.
    func inLocalTime(_ offset: (Int64) -> Int64 = localOffset) -> String {
        var text: [UInt8] = []
        var rest = Array(utf8)[...]
        while let first = rest.first {
            guard let seconds = secondsSinceEpoch(rest.prefix(timeLength)) else {
                text.append(first)
                rest = rest.dropFirst()
                continue
            }
            let offset = offset(seconds)
            let shifted = Moment(Instant(sinceBoot: .zero), wallClock: seconds + offset).iso8601
            text += offset == 0 ? Array(shifted.utf8) : shifted.utf8.dropLast() + Array(offsetText(offset).utf8)
            rest = rest.dropFirst(timeLength)
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// How many seconds local time is ahead of UTC at a time. The corresponding C function is `localtime_r`.
func localOffset(at seconds: Int64) -> Int64 {
    var time = time_t(seconds)
    var local = unsafe tm()
    guard unsafe localtime_r(&time, &local) != nil else { return 0 }
    return unsafe Int64(local.tm_gmtoff)
}

private let pattern = Array("0000-00-00T00:00:00Z".utf8)
private let timeLength = pattern.count

/// The seconds since 1970-01-01T00:00:00Z of a time such as `2026-11-22T20:49:00Z`; `nil` for any other text.
func secondsSinceEpoch(_ text: String) -> Int64? { secondsSinceEpoch(Array(text.utf8)[...]) }

/// The corresponding C function is `timegm`.
private func secondsSinceEpoch(_ text: ArraySlice<UInt8>) -> Int64? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard text.count == timeLength,
        zip(text, pattern).allSatisfy({ $1 == digits.lowerBound ? digits.contains($0) : $0 == $1 })
    else { return nil }
    let numbers = text.split { !digits.contains($0) }.compactMap { CInt(String(decoding: $0, as: UTF8.self)) }
    guard numbers.count == 6 else { return nil }
    var time = unsafe tm()
    unsafe time.tm_year = numbers[0] - 1_900
    unsafe time.tm_mon = numbers[1] - 1
    unsafe time.tm_mday = numbers[2]
    unsafe time.tm_hour = numbers[3]
    unsafe time.tm_min = numbers[4]
    unsafe time.tm_sec = numbers[5]
    return unsafe Int64(timegm(&time))
}

/// `+01:00`. Offsets of former centuries had seconds, which are left out.
private func offsetText(_ offset: Int64) -> String {
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = abs(offset) / 60
    return (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
}
