/// Segments that did not arrive, shown by the retransmissions that were needed in their place.
extension LabelPass {
    /// That an original did not arrive, as the need for a copy of it proves.
    mutating func noteLoss(of original: Int, in copy: Int, proof: [Int]) {
        let side = facts[copy].side
        guard ends[side].repeats.losses[original] == nil else { return }
        ends[side].repeats.losses[original] = Repeats.Loss(copy: copy, proof: proof)
        ends[side].repeats.lossesByCopy[copy, default: []].append(original)
        if ends[side].repeats.losses.count <= Self.handful { relabelLosses() }
        labelLoss(of: original, on: side)
    }

    /// Up to so many losses are renamed at once; more of them when the story is settled.
    private static let handful = 16

    /// Seen close to the receiver it had passed the network, and was dropped there.
    private func isNearReceiver(of side: Int) -> Bool {
        guard let near = ends[1 - side].fastestAnswer, let far = ends[side].fastestAnswer else { return false }
        return near * 4 < far
    }

    private mutating func labelLoss(of original: Int, on side: Int) {
        guard var loss = ends[side].repeats.losses[original], !has(.spurious, loss.copy) else { return }
        let label: SegmentLabel = isNear[side] ? .notTaken : .lost
        guard loss.label != label else { return }
        if let old = loss.label { remove([old], from: original) }
        // Another proof of the same loss has set the label already.
        let isSaid = has(label, original)
        if !isSaid { add(label, to: original, evidence: loss.proof + [loss.copy]) }
        loss.label = isSaid ? nil : label
        ends[side].repeats.losses[original] = loss
    }

    /// Where the copy was not needed, it shows no loss.
    mutating func withdrawLosses(shownBy copy: Int) {
        let side = facts[copy].side
        for original in ends[side].repeats.lossesByCopy[copy] ?? [] {
            guard let label = ends[side].repeats.losses[original]?.label else { continue }
            remove([label], from: original)
            ends[side].repeats.losses[original]?.label = nil
        }
    }

    /// Where it is now known that the capture was made close to a receiver, or is no longer, its losses are called by the other
    /// name.
    mutating func relabelLosses() {
        for side in 0...1 where isNearReceiver(of: side) != isNear[side] {
            isNear[side].toggle()
            for original in ends[side].repeats.losses.keys.sorted() { labelLoss(of: original, on: side) }
        }
    }
}
