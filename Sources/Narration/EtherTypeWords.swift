import TCPWire

/// The words for frames with an EtherType that is not decoded.
enum EtherTypeWords {
    static func notRead(_ type: UInt16) -> Text {
        let digits = "0x" + ChecksumVerdict.hex(type)
        let name = Carriers.etherTypeName(type)
        if Carriers.isNeverIP(etherType: type) {
            return Text(
                en: "not IP: EtherType \(digits)\(name.map { " (\($0))" } ?? "")",
                zh: "不是 IP：EtherType \(digits)\(name.map { "（\($0)）" } ?? "")")
        }
        return Text(
            en: "EtherType \(digits)\(name.map { " (\($0))" } ?? "") is not read",
            zh: "不支持 EtherType \(digits)\(name.map { "（\($0)）" } ?? "")")
    }
}
