import TCPState
import TCPWire
import Tracking

/// Other octets with numbers that others had before: somebody else's, of which the receiver has the first (RFC 9293 3.10.7.4).
extension Judge {
    /// Told only of those that begin alike, and of more than the octet that a probe may make up; refused are those that end
    /// alike too.
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

    /// Its first number, by direction.
    private func place(of index: Int) -> UInt64 {
        UInt64(sightings[index].side) << 32 | UInt64(sightings[index].segment.sequence.rawValue)
    }

    private func isOther(_ index: Int, than first: Int) -> Bool {
        let (one, other) = (sightings[index], sightings[first])
        return one.segment.payloadLength == other.segment.payloadLength && one.payloadSum != other.payloadSum
            && one.payloadSum % 0xffff != other.payloadSum % 0xffff
    }
}
