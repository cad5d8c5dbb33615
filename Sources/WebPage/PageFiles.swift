import CPageFiles

/// The page's files as the program carries them.
enum PageFiles {
    /// The text of one of them; `nil` where there is none of that name.
    static func text(_ name: String) -> String? {
        let files = unsafe UnsafeBufferPointer(start: page_file_list, count: page_file_count)
        for unsafefile in unsafe files where unsafe String(cString: file.name) == name {
            return unsafe String(decoding: UnsafeBufferPointer(start: file.octets, count: file.count), as: UTF8.self)
        }
        return nil
    }
}
