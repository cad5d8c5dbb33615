import Narration
import Stories
import Tracking

/// What made a lost segment good, as JSON carries it.
struct RepairFacts: Encodable {
    let lost: Int
    /// What it was: `syn-ack`, `handshake-ack`.
    let loss: String
    let sender: String
    /// `again`, `answered-again`, `text`; only where something made it good.
    let cure: String?
    /// The segments that did, the last of them by its arrival.
    let segments: [Int]
    let text: [String: String]

    init(_ repair: Repair, in story: ConnectionStory) {
        lost = repair.lost
        loss = repair.loss.rawValue
        sender = repair.sender.rawValue
        cure = repair.cure?.rawValue
        segments = repair.segments
        let told = RepairWords.told(repair, in: story)
        text = ["en": told.english, "zh": told.chinese]
    }
}

/// By how much one of a kernel's counters has grown, as JSON carries it.
struct CountFacts: Encodable {
    /// As the kernel calls it.
    let name: String
    let by: Int64

    /// `nil` where none has.
    static func list(_ counts: [Testimony.Count]) -> [CountFacts]? {
        counts.isEmpty ? nil : counts.map { CountFacts(name: $0.name, by: $0.by) }
    }
}
