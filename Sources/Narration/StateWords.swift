import TCPState

/// The words on the edges of the state diagram, as short as in the RFC.
extension Event {
    /// The event that causes a transition: `rcv SYN`.
    package var shortText: Text {
        switch self {
        case .passiveOpen: Text(en: "passive OPEN", zh: "被动打开")
        case .activeOpen: Text(en: "active OPEN", zh: "主动打开")
        case .send: Text(en: "SEND", zh: "发送")
        case .close: Text(en: "CLOSE", zh: "关闭")
        case .abort: Text(en: "ABORT", zh: "中止")
        case .synArrives: Text(en: "rcv SYN", zh: "收 SYN")
        case .synAckArrives: Text(en: "rcv SYN,ACK", zh: "收 SYN,ACK")
        case .ackOfSynArrives: Text(en: "rcv ACK of SYN", zh: "收 SYN 的 ACK")
        case .finArrives: Text(en: "rcv FIN", zh: "收 FIN")
        case .ackOfFinArrives: Text(en: "rcv ACK of FIN", zh: "收 FIN 的 ACK")
        case .finWithAckOfFinArrives: Text(en: "rcv FIN,ACK", zh: "收 FIN+ACK")
        case .resetArrives: Text(en: "rcv RST", zh: "收 RST")
        case .timeWaitExpires: Text(en: "2 MSL over", zh: "2 MSL 到时")
        case .timeOut: Text(en: "time-out", zh: "超时")
        }
    }
}

extension Response {
    /// The segment that is sent in a transition: `snd SYN`; `nil` if none is.
    package var shortText: Text? {
        switch self {
        case .nothing: nil
        case .syn: Text(en: "snd SYN", zh: "发 SYN")
        case .synAck: Text(en: "snd SYN,ACK", zh: "发 SYN,ACK")
        case .ack: Text(en: "snd ACK", zh: "发 ACK")
        case .fin: Text(en: "snd FIN", zh: "发 FIN")
        case .rst: Text(en: "snd RST", zh: "发 RST")
        }
    }
}
