/** The M2M Device: an SDK and the simulated fire sensors, doors and extinguishers. */
@org.jspecify.annotations.NullMarked
package org.sealpost.device;
