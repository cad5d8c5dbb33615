import Narration
import Stories
import Tracking

/// How the loss of a segment was repaired, in JSON.
struct RepairFacts: Encodable {
    let lost: Int
    /// The kind of segment that was lost, such as `syn-ack` or `handshake-ack`.
    let loss: String
    let sender: String
    /// How it was repaired, such as `again`, `answered-again` or `text`; `nil` if it was not.
    let cure: String?
    /// The segments that repaired the loss; the last one's arrival completed the repair.
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

/// By how much one of a kernel's counters has grown, in JSON.
struct CountFacts: Encodable {
    /// The kernel's name of the counter.
    let name: String
    let by: Int64

    /// The counters that have grown; `nil` if none has.
    static func list(_ counts: [Testimony.Count]) -> [CountFacts]? {
        counts.isEmpty ? nil : counts.map { CountFacts(name: $0.name, by: $0.by) }
    }
}
