// The function of this file runs in the page, as its own source text: it uses what is declared here, and nothing else.

declare const document: { querySelectorAll(selector: string): Iterable<FlameElement> };

interface FlameElement {
  readonly classList: { add(name: string): void; remove(name: string): void };
  readonly parentElement: FlameElement;
  readonly previousElementSibling: FlameElement | null;
  readonly nextElementSibling: FlameElement | null;
  querySelector(selector: string): FlameElement | null;
  querySelectorAll(selector: string): Iterable<FlameElement>;
  closest(selector: string): FlameElement | null;
  focus(): void;
  addEventListener(event: string, listener: (event: FlameEvent) => void): void;
}

interface FlameEvent {
  readonly target: FlameElement;
  readonly key: string;
  preventDefault(): void;
}

/** Lets a click widen a frame to the whole flame, and the arrow keys go from frame to frame. */
export function zoomFlames(): void {
  for (const flame of document.querySelectorAll('.flame')) {
    flame.addEventListener('click', ({ target }) => {
      for (const wide of flame.querySelectorAll('.wide')) wide.classList.remove('wide');
      let frame = target.closest('.flame li');
      for (; frame; frame = frame.parentElement.closest('.flame li')) frame.classList.add('wide');
    });
    flame.addEventListener('keydown', (event) => {
      const frame = event.target.closest('.flame li');
      const next = {
        ArrowUp: frame?.parentElement.closest('.flame li'),
        ArrowDown: frame?.querySelector('li'),
        ArrowLeft: frame?.previousElementSibling,
        ArrowRight: frame?.nextElementSibling,
      }[event.key];
      if (!next) return;
      event.preventDefault();
      next.querySelector('button')?.focus();
    });
  }
}
