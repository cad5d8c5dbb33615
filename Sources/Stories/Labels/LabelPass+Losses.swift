/// Segments that did not arrive, as shown by the retransmissions that were needed instead.
extension LabelPass {
    /// Notes that an original did not arrive, because a copy of it was needed.
    mutating func noteLoss(of original: Int, in copy: Int, proof: [Int]) {
        let side = facts[copy].side
        guard ends[side].repeats.losses[original] == nil else { return }
        ends[side].repeats.losses[original] = Repeats.Loss(copy: copy, proof: proof)
        ends[side].repeats.lossesByCopy[copy, default: []].append(original)
        if ends[side].repeats.losses.count <= Self.handful { relabelLosses() }
        labelLoss(of: original, on: side)
    }

    /// Up to this many losses, labels are corrected at once; with more of them only when the story is settled.
    private static let handful = 16

    /// Whether the capture was made close to the receiver. A segment that was captured there had passed the network, so
    /// its receiver dropped it.
    private func isNearReceiver(of side: Int) -> Bool {
        guard let near = ends[1 - side].fastestAnswer, let far = ends[side].fastestAnswer else { return false }
        return near * 4 < far
    }

    private mutating func labelLoss(of original: Int, on side: Int) {
        guard var loss = ends[side].repeats.losses[original], !has(.spurious, loss.copy) else { return }
        let label: SegmentLabel = isNear[side] ? .notTaken : .lost
        guard loss.label != label else { return }
        if let old = loss.label { remove([old], from: original) }
        // If the label is there already, another proof of the same loss has set it.
        let isSaid = has(label, original)
        if !isSaid { add(label, to: original, evidence: loss.proof + [loss.copy]) }
        loss.label = isSaid ? nil : label
        ends[side].repeats.losses[original] = loss
    }

    /// Removes the labels of losses that a copy seemed to show, because the copy was not needed.
    mutating func withdrawLosses(shownBy copy: Int) {
        let side = facts[copy].side
        for original in ends[side].repeats.lossesByCopy[copy] ?? [] {
            guard let label = ends[side].repeats.losses[original]?.label else { continue }
            remove([label], from: original)
            ends[side].repeats.losses[original]?.label = nil
        }
    }

    /// Corrects the labels of losses, where it turns out that the capture was made close to the receiver, or that it
    /// was not.
    mutating func relabelLosses() {
        for side in 0...1 where isNearReceiver(of: side) != isNear[side] {
            isNear[side].toggle()
            for original in ends[side].repeats.losses.keys.sorted() { labelLoss(of: original, on: side) }
        }
    }
}
