import Testing

@testable import AmtguardCore

struct GapTests {
    static let gaps: [Gap] = [
        .notAsked("AMTHI is offered"), .noAnswer, .held, .refused(.unsupported), .refused(AMTStatus(rawValue: .max)),
        .rejected(.notReady), .malformed("the message ends before its status"), .other("an empty answer"), .other(""),
        .other("refused 0x812"),
    ]

    @Test(arguments: gaps)
    func `comes back from the socket as it was`(gap: Gap) {
        #expect(Gap(parsing: gap.encoded) == gap)
    }

    @Test(arguments: [
        "", "refused", "refused 0x", "refused 0x1ffffffff", "refused 12", "rejected 0x100", "held by root",
        "no-answer ", "moved 0x1", "status UNSUPPORTED",
    ])
    func `of a code that is not known is words, and decides nothing`(text: String) {
        let gap = Gap(parsing: text)
        #expect(gap == .other(text))
        #expect(!gap.isPassing)
        #expect(Gap(parsing: gap.encoded) == gap)
    }

    @Test func `is judged by its code, whatever its words`() {
        #expect(Self.gaps.filter(\.isPassing) == [.noAnswer, .held, .rejected(.notReady)])
        #expect(Gap.refused(.notReady).isPassing && !Gap.other(Gap.refused(.notReady).says).isPassing)
    }
}
