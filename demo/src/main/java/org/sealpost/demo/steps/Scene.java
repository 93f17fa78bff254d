package org.sealpost.demo.steps;

import org.sealpost.demo.story.Step;

/** A step on the stage. */
abstract class Scene implements Step {
    final Stage stage;
    private final String name;
    private final String title;
    private final String proves;

    Scene(Stage stage, String name, String title, String proves) {
        this.stage = stage;
        this.name = name;
        this.title = title;
        this.proves = proves;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String title() {
        return title;
    }

    @Override
    public final String proves() {
        return proves;
    }
}
