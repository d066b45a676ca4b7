/**
 * The longest that code of ours runs in an isolate, in ms. It takes a few; the limit is for microtasks that a guest
 * left behind when it was cut off, which the addon runs at the end of every entry, ours too.
 */
export const ownWorkMs = 500;

/** How long such microtasks may run at once after the cut, in ms, before they are cut off themselves. */
export const flushMs = 20;

/**
 * How long a turn may outlast its limit, in ms, before whoever made it is told that the limit does not end it: what
 * was cut off takes that long to be heard of, its microtasks included.
 */
export const overdueAfterMs = 50;
