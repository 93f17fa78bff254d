package org.sealpost.binding.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Time is the test's own. */
class SlowPeerGuardTest {
    private final SlowPeerGuard guard = new SlowPeerGuard(Duration.ofSeconds(20), Duration.ofSeconds(120));
    private final EmbeddedChannel channel = new EmbeddedChannel();

    SlowPeerGuardTest() {
        channel.freezeTime();
        channel.pipeline().addLast(guard);
        channel.pipeline().fireChannelActive();
    }

    @Test
    void aPeerThatDripsARequestIsCutOff() {
        for (int second = 0; second < 19; second++) {
            octet();
            pass(1);
        }
        assertThat(channel.isActive()).isTrue();
        octet();
        pass(1);
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void aConnectionWithoutARequestIsClosed() {
        pass(119);
        assertThat(channel.isActive()).isTrue();
        pass(1);
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void aPendingAnswerMayTakeAsLongAsItWants() {
        octet();
        guard.complete();
        pass(3600);
        assertThat(channel.isActive()).isTrue();
        ChannelHandlerContext context = channel.pipeline().context(guard);
        guard.answered(context);
        pass(120);
        assertThat(channel.isActive()).isFalse();
    }

    private void octet() {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {'G'}));
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
