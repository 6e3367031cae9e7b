package io.spendstream.acceptance.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;

/**
 * What the event loops of HTTP have used so far. Unlike latencies it depends little on who else is at work.
 *
 * @param cpuNs processor time, in nanoseconds
 * @param allocatedBytes garbage, sooner or later
 */
record EventLoops(long cpuNs, long allocatedBytes) {

    static EventLoops now() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long cpuNs = 0;
        long allocatedBytes = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("vert.x-eventloop-thread")) {
                cpuNs += threads.getThreadCpuTime(thread.getThreadId());
                allocatedBytes += threads.getThreadAllocatedBytes(thread.getThreadId());
            }
        }
        return new EventLoops(cpuNs, allocatedBytes);
    }

    /** Microseconds of processor time per answer since then. */
    double usPerAnswer(EventLoops before, long answers) {
        return (cpuNs - before.cpuNs) / 1e3 / answers;
    }

    /** Kilobytes of garbage per answer since then. */
    double kbPerAnswer(EventLoops before, long answers) {
        return (allocatedBytes - before.allocatedBytes) / 1e3 / answers;
    }
}
