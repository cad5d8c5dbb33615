import LinuxKernel

/// Reads the input as a datagram of sock_diag's answers, as SocketTable does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count)
    let bytes = buffer.bytes
    var offset = 0
    while let message = NetlinkMessage.next(in: bytes, at: &offset) {
        _ = message.code(in: bytes)
        _ = SocketDiagnostics.entry(bytes.extracting(message.body))
    }
    _ = SocketDiagnostics.entry(bytes)
    return 0
}
