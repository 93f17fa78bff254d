/** What an insider or a gateway would try, with what it could have. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.attack;
