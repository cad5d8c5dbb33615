import TCPState

/// A fault that a socket's state, queues and timers reveal, as `--explain` tells it.
package enum SocketTrouble: String, CaseIterable {
    case acceptQueueFull = "accept-queue-full"
    case acceptQueueGrows = "accept-queue-in-use"
    case noAnswer = "no-answer"
    case halfOpen = "half-open"
    case notRead = "not-read"
    case zeroWindow = "zero-window"
    case retransmitting = "retransmitting"
    case notAcknowledged = "not-acknowledged"
    case notClosed = "not-closed"
    case finNotAcknowledged = "fin-not-acknowledged"
    case peerStillOpen = "peer-still-open"
    case peerStillOpenOrphan = "peer-still-open-orphan"
    case bothClosing = "both-closing"
    case lastAckMissing = "last-ack-missing"
    case waiting = "time-wait"

    /// The faults of one socket, the most serious first.
    package static func all(of entry: SocketEntry) -> [SocketTrouble] {
        var found: [SocketTrouble] = []
        switch entry.state {
        case .listen:
            // The kernel queues one connection more than the limit (tcp_acceptq_is_full: greater than, not equal).
            if entry.receiveQueue > entry.sendQueue {
                return [.acceptQueueFull]
            }
            return entry.receiveQueue > 0 ? [.acceptQueueGrows] : []
        case .synSent: return [.noAnswer]
        case .synReceived: return [.halfOpen]
        case .timeWait: return [.waiting]
        case .closeWait: found.append(.notClosed)
        case .finWait1: found.append(.finNotAcknowledged)
        case .finWait2: found.append(entry.inode == 0 ? .peerStillOpenOrphan : .peerStillOpen)
        case .closing: found.append(.bothClosing)
        case .lastAck: found.append(.lastAckMissing)
        case .established, .closed: break
        }
        if entry.timer == .persist {
            found.append(.zeroWindow)
        } else if entry.timer == .retransmission, entry.retransmits > 0 {
            found.append(.retransmitting)
        } else if entry.state == .established, entry.sendQueue > 0 {
            found.append(.notAcknowledged)
        }
        // In CLOSE-WAIT the kernel counts the FIN as one octet to be read.
        let counted: UInt32 = entry.state == .closeWait ? 1 : 0
        if entry.receiveQueue > counted, entry.state == .established || entry.state == .closeWait {
            found.append(.notRead)
        }
        return found
    }
}
