package org.sealpost.demo.story;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Runs steps one after the other and stops at the first that fails. */
public final class Story {
    private final Narrator narrator;
    private final Function<Step, String> postMortem;

    /**
     * What came of a step.
     *
     * @param why empty when it succeeded
     */
    public record Outcome(String name, String title, boolean ok, String why, List<String> facts, Duration time) {}

    /** @param postMortem adds to a failure what else is known: lines for people, may be empty */
    public Story(Narrator narrator, Function<Step, String> postMortem) {
        this.narrator = narrator;
        this.postMortem = postMortem;
    }

    /** Outcomes of the steps that ran; the last one failed unless all are ok. */
    public List<Outcome> run(List<Step> steps) throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Step step : steps) {
            narrator.heading(outcomes.size() + 1, steps.size(), step);
            Outcome outcome = run(step);
            outcomes.add(outcome);
            if (!outcome.ok()) {
                break;
            }
        }
        return outcomes;
    }

    private Outcome run(Step step) throws InterruptedException {
        Evidence evidence = new Evidence(narrator);
        long start = System.nanoTime();
        String why = "";
        try {
            step.run(evidence);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            why = e instanceof NotProved ? message : e.getClass().getSimpleName() + ": " + message;
            narrator.failed(step, (why + "\n" + postMortem.apply(step)).strip());
        }
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        narrator.took(time);
        return new Outcome(step.name(), step.title(), why.isEmpty(), why, evidence.facts(), time);
    }
}
