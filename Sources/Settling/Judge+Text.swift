import TCPState
import TCPWire
import Tracking

/// Segments with other octets than were sent with the same numbers before: they are forged, and the receiver keeps the
/// first octets (RFC 9293 3.10.7.4).
extension Judge {
    /// Marks such segments. Only segments with the same first number and with more than one octet are compared, since a
    /// probe may carry an octet that was made up. A segment is refused only if its length is the same as well.
    mutating func findOtherText() {
        var next: [SequenceNumber?] = [nil, nil]
        var comesAgain: [Int] = []
        for index in order where isText(index) || sightings[index].flags.contains(.syn) {
            let sighting = sightings[index]
            if sighting.flags.contains(.syn) {
                next[sighting.side] = sighting.end
            } else if let known = next[sighting.side], sighting.segment.sequence.isBefore(known) {
                comesAgain.append(index)
            } else {
                next[sighting.side] = sighting.end
            }
        }
        guard !comesAgain.isEmpty else { return }
        let asked = Set(comesAgain.map { place(of: $0) })
        let again = Set(comesAgain)
        var first: [UInt64: Int] = [:]
        for index in order where isText(index) && asked.contains(place(of: index)) {
            guard again.contains(index), let carrier = first[place(of: index)] else {
                first[place(of: index)] = index
                continue
            }
            if isOther(index, than: carrier) {
                otherTexts.insert(index)
                verdicts[index] = .refused(.octets)
            } else {
                if beginsOtherwise(index, than: carrier) { otherTexts.insert(index) }
                first[place(of: index)] = index
            }
        }
    }

    /// Whether one of another length begins with other octets.
    private func beginsOtherwise(_ index: Int, than first: Int) -> Bool {
        let (one, other) = (sightings[index], sightings[first])
        let length = min(one.segment.payloadLength, other.segment.payloadLength)
        return one.segment.payloadLength != other.segment.payloadLength && length >= Sighting.beginningLength
            && one.beginning != other.beginning
    }

    private func isText(_ index: Int) -> Bool {
        let sighting = sightings[index]
        return verdicts[index] == .taken && sighting.segment.payloadLength > 1 && sighting.isWhole
            && sighting.flags.isDisjoint(with: [.syn, .rst])
    }

    /// A key for its direction and its first number.
    private func place(of index: Int) -> UInt64 {
        UInt64(sightings[index].side) << 32 | UInt64(sightings[index].segment.sequence.rawValue)
    }

    private func isOther(_ index: Int, than first: Int) -> Bool {
        let (one, other) = (sightings[index], sightings[first])
        return one.segment.payloadLength == other.segment.payloadLength && one.payloadSum != other.payloadSum
            && one.payloadSum % 0xffff != other.payloadSum % 0xffff
    }
}
