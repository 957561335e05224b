import Testing

@testable import AmtguardCommands

@Suite struct `The daemon's word on address translation` {
    @Test(
        arguments: [
            (#"{"nat": {"translation": "yes", "more": 1}, "x": []}"#, true),
            (#"{"nat": {"translation": "no"}}"#, false),
            (#"{"nat": {"translation": "unknown"}}"#, nil), (#"{"nat": {}}"#, nil), (#"{"nat": null}"#, nil),
            (#"{"schema": 1}"#, nil), (#"{"nat": 7}"#, nil), ("", nil),
        ] as [(String, Bool?)])
    func `is taken if it is there`(text: String, isInUse: Bool?) {
        #expect(TranslationAnswer(text)?.isInUse == isInUse)
    }
}
