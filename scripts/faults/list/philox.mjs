/** @type {import('../list.mjs').FaultsOfFile} */
export default [
  'shaders/philox',
  ['off by one', 'round < 10u', 'round < 9u'],
  ['bias', '(middle >> 16u) + (other >> 16u)', '(middle >> 16u)'],
];
