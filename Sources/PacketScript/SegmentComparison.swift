import TCPWire

extension SegmentPattern {
    /// The differences between a segment and the expected one; only what the script specifies is compared.
    func differences(from actual: SegmentPattern) -> [ScriptFailure.Difference] {
        var found: [ScriptFailure.Difference] = []
        func compare(_ part: ScriptFailure.Difference.Part, _ expected: String?, _ actual: String) {
            guard let expected, expected != actual else { return }
            found.append(.init(part: part, expected: expected, actual: actual))
        }
        if let sourcePort, let destinationPort {
            compare(
                .ports, "\(sourcePort) > \(destinationPort)",
                "\(actual.sourcePort ?? 0) > \(actual.destinationPort ?? 0)")
        }
        compare(.flags, flags.letters, actual.flags.letters)
        compare(.sequence, "\(sequence)", "\(actual.sequence)")
        compare(.length, "\(length)", "\(actual.length)")
        compare(.acknowledgment, acknowledgment.map { "\($0)" }, actual.acknowledgment.map { "\($0)" } ?? "-")
        compare(.window, window.map { "\($0)" }, "\(actual.window ?? 0)")
        compare(.urgentPointer, urgentPointer.map { "\($0)" }, "\(actual.urgentPointer ?? 0)")
        // An end-of-options that the script writes is padding too, and is not compared.
        let wanted = options.map { $0.last == .exact(.endOfOptions) ? Array($0.dropLast()) : $0 }
        compare(.options, wanted?.text, (actual.options ?? []).text)
        let names = NetworkPattern.congestionNames
        compare(
            .congestion, network.congestion.map { names[Int($0 & 3)] },
            names[Int((actual.network.congestion ?? 0) & 3)])
        compare(.trafficClass, network.trafficClass.map { "\($0)" }, "\(actual.network.trafficClass ?? 0)")
        compare(.hopLimit, network.hopLimit.map { "\($0)" }, "\(actual.network.hopLimit ?? 0)")
        return found
    }

    /// A received segment, for a message that shows it beside the expected one: without those ports and IP fields that
    /// the script's line leaves out. `nil`: no segment was expected.
    func shown(like expected: SegmentPattern?) -> SegmentPattern {
        var copy = self
        if expected?.sourcePort == nil { (copy.sourcePort, copy.destinationPort) = (nil, nil) }
        copy.network = NetworkPattern()
        if expected?.network.congestion != nil { copy.network.congestion = network.congestion }
        if expected?.network.trafficClass != nil { copy.network.trafficClass = network.trafficClass }
        if expected?.network.hopLimit != nil { copy.network.hopLimit = network.hopLimit }
        return copy
    }
}
