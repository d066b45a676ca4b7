// A draft of lumen: pays a gift card off in halves, which never get to nothing once they are rounded up.
export default function redeem({ lines }) {
  let open = lines[0].quantity * 100;
  let steps = 0;
  while (open > 0) {
    open = Math.ceil(open / 2);
    steps += 1;
  }
  return { steps };
}
