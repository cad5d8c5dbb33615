import LinuxKernel
import Narration
import Testing

/// What is said of packets that were not handed over.
struct LiveWordsTests {
    @Test("nothing where none was dropped")
    func none() { #expect(LiveWords.dropped(CaptureStatistics(received: 9)) == nil) }

    @Test("who dropped how many, in both languages", arguments: Language.allCases)
    func dropped(language: Language) throws {
        func words(_ kernel: UInt32, _ interface: UInt32) throws -> String {
            let statistics = CaptureStatistics(received: 9, droppedByKernel: kernel, droppedByInterface: interface)
            let text = try #require(LiveWords.dropped(statistics))
            return text(language)
        }
        let (kernel, interface) =
            language == .english ? ("the kernel dropped", "the interface dropped") : ("内核丢弃了", "网卡丢弃了")
        let seven = try words(7, 0)
        #expect(seven.contains("\(kernel) 7") && !seven.contains(interface))
        let both = try words(7, 3)
        #expect(both.contains("\(kernel) 7") && both.contains("\(interface) 3"))
    }
}
