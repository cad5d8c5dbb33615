import FlatMemory
import LinuxKernel

extension SocketEntry {
    /// The timer in ss's form: `timewait,59sec,0`.
    package var timerText: String {
        let name =
            switch timer {
            case .off: "off"
            case .retransmission: "on"
            case .keepAlive: "keepalive"
            case .timeWait: "timewait"
            case .persist: "persist"
            case .other(let number): "timer \(number)"
            }
        return timer == .off ? "-" : "\(name),\(String(Int64(timerExpiry), unit: 1000, decimals: 1))s,\(retransmits)"
    }
}
