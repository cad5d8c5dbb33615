import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Asks the kernel for huge pages where much memory will be filled: one page fault then provides 2 MB, which would take
/// 512 faults with pages of 4 KB, and each entry of the TLB covers more memory.
enum LargePages {
    /// - Parameters:
    ///   - start: where the memory begins; it belongs to the caller.
    ///   - octets: how many there are.
    static func ask(for start: UnsafeMutableRawPointer?, _ octets: Int) {
        #if os(Linux)
            let page: UInt = 4096
            let address = UInt(bitPattern: start)
            let (first, end) = ((address &+ page - 1) & ~(page - 1), (address &+ UInt(octets)) & ~(page - 1))
            // Only a request: where the kernel refuses it, nothing is lost. Less than 2 MB cannot hold a huge page.
            if first < end, end - first >= 1 << 21 {
                unsafe _ = madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_HUGEPAGE)
            }
        #endif
    }

    /// Has another processor populate memory that the caller is about to fill from its beginning on: the kernel clears
    /// each page before it hands it out, which takes about as long as a large part of the filling.
    ///
    /// - Parameters:
    ///   - start: where the memory begins; it belongs to the caller.
    ///   - octets: how many there are.
    static func fetchAhead(_ start: UnsafeMutableRawPointer?, _ octets: Int) {
        #if os(Linux)
            let large: UInt = 1 << 21
            let address = UInt(bitPattern: start)
            let (first, end) = ((address &+ large - 1) & ~(large - 1), (address &+ UInt(octets)) & ~(large - 1))
            guard first < end, end - first >= 2 * large else { return }
            DispatchQueue.global(qos: .userInitiated).async {
                // This only populates pages that do not exist yet, with zeros, and changes no contents. Where the owner
                // has freed the memory meanwhile, the call fails, or populates pages for whoever owns these addresses
                // now.
                var place = first
                while place < end, unsafe madvise(UnsafeMutableRawPointer(bitPattern: place), Int(large), populate) == 0
                {
                    place += large
                }
            }
        #endif
    }

    /// `MADV_POPULATE_WRITE`, since Linux 5.14; older kernels refuse it.
    private static let populate: CInt = 23
}

extension Array {
    /// Reserves room for at least `count` elements. An empty array gets huge pages where the room is large; they are
    /// populated in the background, so the elements should be appended right after this call.
    public mutating func reserveLargeCapacity(_ count: Int) {
        reserveCapacity(count)
        let octets = capacity * MemoryLayout<Element>.stride
        guard isEmpty else { return }
        unsafe withUnsafeMutableBufferPointer {
            unsafe LargePages.ask(for: UnsafeMutableRawPointer($0.baseAddress), octets)
            unsafe LargePages.fetchAhead(UnsafeMutableRawPointer($0.baseAddress), octets)
        }
    }
}
