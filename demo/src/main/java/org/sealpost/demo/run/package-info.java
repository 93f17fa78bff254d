/** Processes of the demo: started, watched, killed, cleaned up. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.run;
