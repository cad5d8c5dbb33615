import TCPWire

extension SegmentPattern {
    /// The segment in the script's own notation: `P. 1:101(100) ack 1 win 257 <nop,nop,TS val 100 ecr 1>`.
    var text: String {
        var words: [String] = []
        if let networkText = network.text { words.append("[\(networkText)]") }
        if let sourcePort, let destinationPort { words.append("\(sourcePort) > \(destinationPort)") }
        words.append(flags.letters)
        words.append("\(sequence):\(sequence &+ UInt32(truncatingIfNeeded: length))(\(length))")
        if let acknowledgment { words.append("ack \(acknowledgment)") }
        if let window { words.append("win \(window)") }
        if let urgentPointer, urgentPointer != 0 { words.append("urg \(urgentPointer)") }
        if let options {
            if !options.isEmpty { words.append(options.text) }
        } else {
            words.append("<...>")
        }
        return words.joined(separator: " ")
    }
}

extension NetworkPattern {
    /// The fields of the IP header in the script's notation; `nil` where none is specified.
    fileprivate var text: String? {
        var words: [String] = []
        if let congestion { words.append(Self.congestionNames[Int(congestion & 3)]) }
        if let trafficClass { words.append("tos \(trafficClass)") }
        if let hopLimit { words.append("ttl \(hopLimit)") }
        return words.isEmpty ? nil : words.joined(separator: ",")
    }

    static let congestionNames = ["noecn", "ect1", "ect0", "ce"]
}

extension TCPFlags {
    /// The flags as letters of the language, in its usual order: `S.`, `FP.`; `-` for none.
    var letters: String {
        let letters: [(TCPFlags, String)] = [
            (.syn, "S"), (.fin, "F"), (.rst, "R"), (.psh, "P"), (.urg, "U"), (.ece, "E"), (.cwr, "W"), (.ae, "A"),
            (.ack, "."),
        ]
        let present = letters.filter { contains($0.0) }.map(\.1).joined()
        return present.isEmpty ? "-" : present
    }
}

extension [OptionPattern] {
    /// The options in the script's notation: `<mss 1460,sackOK>`.
    var text: String { "<" + map(\.text).joined(separator: ",") + ">" }
}

extension OptionPattern {
    fileprivate var text: String {
        switch self {
        case .timestamps(let value, let echo): "TS val \(value) ecr \(echo)"
        case .sack(let blocks): "sack " + blocks.map { "\($0.left):\($0.right)" }.joined(separator: " ")
        case .anyWindowScale: "wscale *"
        case .exact(.maximumSegmentSize(let size)): "mss \(size)"
        case .exact(.noOperation): "nop"
        case .exact(.endOfOptions): "eol"
        case .exact(.sackPermitted): "sackOK"
        case .exact(.windowScale(let shift)): "wscale \(shift)"
        case .exact(.fastOpen(let cookie, let experimental)):
            (experimental ? "FOEXP" : "FO") + (cookie.length == 0 ? "" : " " + cookie.hex)
        case .exact(let other): other.description
        }
    }
}

extension FastOpenCookie {
    fileprivate var hex: String {
        let digits = String(bits, radix: 16)
        let all = String(repeating: "0", count: max(0, 32 - digits.utf8.count)) + digits
        return String(all.prefix(Int(length) * 2))
    }
}

extension ICMPPattern {
    /// `icmp type 3 code 4 mtu 1200`.
    var text: String { "icmp type \(type) code \(code)" + (word == 0 ? "" : " mtu \(word)") }
}
