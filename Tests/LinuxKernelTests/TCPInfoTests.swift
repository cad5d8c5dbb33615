import FlatMemory
import Testing

@testable import LinuxKernel

/// What the kernel's structure says, read out of its octets.
@Suite struct TCPInfoTests {
    /// TCP_INFINITE_SSTHRESH is 0x7fffffff; less than that is a threshold, also where it is more than 16 bits hold.
    @Test(arguments: [(UInt32(7), UInt32?(7)), (70_000, 70_000), (0x7fff_fffe, 0x7fff_fffe), (0x7fff_ffff, nil)])
    func slowStartThreshold(word: UInt32, threshold: UInt32?) {
        var octets = [UInt8](repeating: 0, count: 240)
        withUnsafeBytes(of: word) { octets.replaceSubrange(76..<80, with: $0) }
        #expect(TCPInfo(bytes: octets.octets).slowStartThreshold == threshold)
    }
}
