/** The other kind of oneM2M entity: an Application Entity that lives behind a CSE. */
@org.jspecify.annotations.NullMarked
package org.sealpost.cse.ae;
