package org.sealpost.demo.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoryTest {
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);

    @Test
    void aStoryEndsWithTheStepThatFails() throws Exception {
        Step good = step("good", e -> e.proved("the sky is blue"));
        Step bad = step("bad", e -> NotProved.unless(1 > 2, "one is not more than two"));
        Step never = step("never", e -> e.proved("unreached"));
        List<Story.Outcome> outcomes =
                new Story(new Narrator(out, false, false), s -> "log of " + s.name()).run(List.of(good, bad, never));
        assertThat(outcomes).extracting(Story.Outcome::name).containsExactly("good", "bad");
        assertThat(outcomes).extracting(Story.Outcome::ok).containsExactly(true, false);
        assertThat(outcomes.get(1).why()).isEqualTo("one is not more than two");
        assertThat(outcomes.get(0).facts()).containsExactly("the sky is blue");
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains("the sky is blue", "one is not more than two", "log of bad", "not proved: it proves bad")
                .doesNotContain("unreached", "\u001b");
    }

    @Test
    void anUnexpectedErrorFailsTheStepAndAnInterruptEndsTheStory() throws Exception {
        Story story = new Story(new Narrator(out, true, true), s -> "");
        Step broken = step("broken", e -> {
            e.progress("looking");
            throw new IllegalStateException("no such door");
        });
        assertThat(story.run(List.of(broken)).get(0).why()).isEqualTo("IllegalStateException: no such door");
        Step interrupted = step("interrupted", e -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> story.run(List.of(interrupted))).isInstanceOf(InterruptedException.class);
    }

    private interface Body {
        void run(Evidence evidence) throws Exception;
    }

    private static Step step(String name, Body body) {
        return new Step() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String title() {
                return "Step " + name;
            }

            @Override
            public String proves() {
                return "it proves " + name;
            }

            @Override
            public void run(Evidence evidence) throws Exception {
                body.run(evidence);
            }
        };
    }
}
