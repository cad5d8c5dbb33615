import CLinux

/// The revision and the compiler, which `script/install` and `script/package` write into the finished program. As a
/// constant of the source, they would have everything compiled again after every commit.
public enum BuildStamp {
    /// The stamp; empty in a program that was built but not installed or packaged.
    public static var text: String {
        var bytes: [UInt8] = []
        for index in 0..<Int32(64) {
            let byte = clinux_stamp(index)
            if byte == 0 { break }
            bytes.append(byte)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let mark = "tcplens-stamp:"
        return text.hasPrefix(mark) ? text.dropFirst(mark.count).trimmed : ""
    }
}

extension Substring {
    /// This string without trailing spaces.
    fileprivate var trimmed: String {
        var rest = self
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
