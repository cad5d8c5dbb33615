import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import Tracking

/// The states of both ends after a step, as their kernels reported them.
extension StepPage {
    /// - Parameter isLong: whether the kernels' measures are included.
    func ends(after step: Int, isLong: Bool) -> [String] {
        Party.allCases.flatMap { party in
            let measured = isLong ? measures(of: party, after: step) : nil
            return end(party, after: step) + (measured.map { [fitted("  " + $0)] } ?? [])
        }
    }

    /// The lines about one end's socket.
    func end(_ party: Party, after step: Int) -> [String] {
        let lane = party == .client ? 0 : 1
        let marks = steps.marks(after: step)
        let entries = sockets(after: step)
        if let entry = entries?[party] {
            let told = StepWords.socket(name(lane), entry)(language)
            return [canvas.measure.truncate(told, to: canvas.width - 2)]
        }
        let state = marks.indices.contains(lane) ? marks[lane]?.state : nil
        if entries != nil { return paragraph(StepWords.noSocket(name(lane), listens: state == .listen)) }
        return ["\(name(lane)(language))  \(state?.name ?? "?")"]
    }

    /// The measures of an end's socket, as its kernel reported them; `nil` where there are none.
    func measures(of party: Party, after step: Int) -> String? {
        sockets(after: step)?[party].flatMap { StepWords.measures($0) }
    }

    /// The events that the kernel counted at a step, at the end where the step happened.
    ///
    /// - Parameter atMost: the largest number of lines. A text that needs more is replaced by one line without the
    ///   explanations.
    func counted(_ step: Int, atMost: Int = .max) -> [String] {
        guard let (counts, lane) = counts(at: step), let told = CounterWords.line(counts, of: name(lane)) else {
            return []
        }
        let lines = Paragraph(canvas: canvas).lines(told(language), first: "  ", hanging: 4)
        if lines.count <= atMost { return lines }
        return CounterWords.line(counts, of: name(lane), isShort: true).map { [fitted("  " + $0(language))] } ?? []
    }

    private func counts(at step: Int) -> ([Testimony.Count], Int)? {
        let told = story.testimony?.moments ?? []
        if let scene = steps.segment(of: step), let own = segment(scene.number) {
            switch steps.steps[step].kind {
            case .departure: return (own.account?.counts ?? [], scene.sender.lane)
            case .loss: return nil
            case .arrival, .moment:
                let arrival = told.first { $0.cause == .segment(scene.number) }
                return arrival.map { ($0.counts, scene.receiver.lane) }
            }
        }
        guard let place = besides(step), case .moment(let moment) = steps.scene.rows[steps.steps[step].row] else {
            return nil
        }
        let calls = told.filter { if case .segment = $0.cause { false } else { true } }
        return calls.indices.contains(place) ? (calls[place].counts, moment.end.lane) : nil
    }

    /// The sockets of both ends after a step; `nil` where no kernel was asked.
    private func sockets(after step: Int) -> [Party: SocketEntry]? {
        guard let sockets else { return nil }
        let kind = steps.steps[step].kind
        if let segment = steps.segment(of: step) {
            let kept = kind == .departure || kind == .loss ? sockets.departures : sockets.arrivals
            return kept.indices.contains(segment.number - 1) ? kept[segment.number - 1] : nil
        }
        return besides(step).flatMap { sockets.moments.indices.contains($0) ? sockets.moments[$0] : nil }
    }

    /// For a step that is a call or a timer, its index among all calls and timers in the order of the scene's rows;
    /// `nil` for a segment's step.
    private func besides(_ step: Int) -> Int? {
        guard steps.segment(of: step) == nil else { return nil }
        let before = steps.scene.rows[...steps.steps[step].row].count { row in
            guard case .moment(let moment) = row else { return false }
            if case .segment = moment.cause { return false }
            return true
        }
        return before - 1
    }
}
