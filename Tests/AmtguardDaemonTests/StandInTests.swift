import AmtguardCore
import Testing

@testable import AmtguardDaemon

@Suite struct `The stand-in` {
    @Test(arguments: [Configuration.Mode.auto, .always])
    func `is configured as the daemon whose place it takes`(mode: Configuration.Mode) {
        var configuration = Configuration()
        configuration.mode = mode
        configuration.ports = PortSet(16992...16995)
        #expect(StandIn.configuration(standingInFor: configuration) == configuration)
    }

    @Test func `writes nothing where the daemon does not, or releases at its stop, or where that is not known`() {
        var observing = Configuration()
        observing.mode = .observe
        var releasing = Configuration()
        releasing.onStop = .release
        for configuration in [observing, releasing, nil] {
            #expect(StandIn.configuration(standingInFor: configuration).mode == .observe)
        }
    }
}
